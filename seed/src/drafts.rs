//! Entries of a fixture as somebody would have sent them.

use chrono::NaiveDate;
use domain::account::Role;
use domain::order::OrderDraft;
use domain::text_enum::TextEnum;
use domain::tutor::TutorProfileDraft;
use services::accounts::RegistrationDraft;
use services::applications::WishedTime;

use crate::fixture::{Booking, Order, Student, Tutor};

impl Tutor {
    pub(crate) fn account(&self) -> RegistrationDraft {
        let name = [&self.first_name, &self.last_name];
        account(Role::Tutor, &self.email, name, &self.time_zone)
    }

    pub(crate) fn profile(&self) -> TutorProfileDraft {
        TutorProfileDraft {
            bio: self.bio.clone(),
            experience_years: self.experience_years,
            hourly_rate: self.hourly_rate,
            subjects: self.subjects.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            time_zone: self.time_zone.clone(),
            formats: self.formats.clone(),
            availability: self.availability.clone(),
        }
    }
}

impl Student {
    pub(crate) fn account(&self) -> RegistrationDraft {
        let name = [&self.first_name, &self.last_name];
        account(Role::Student, &self.email, name, &self.time_zone)
    }
}

impl Order {
    pub(crate) fn draft(&self, today: NaiveDate) -> OrderDraft {
        OrderDraft {
            title: self.title.clone(),
            description: self.description.clone(),
            goal: self.goal.clone(),
            budget_min: self.budget_min,
            budget_max: self.budget_max,
            currency: None,
            formats: self.formats.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            availability: self.availability.clone(),
            time_zone: self.time_zone.clone(),
            expires_at: self.expires.map(|moment| moment.on(today)),
        }
    }
}

impl Booking {
    pub(crate) fn wished(&self, today: NaiveDate) -> WishedTime {
        WishedTime {
            starts_at: self.starts.map(|moment| moment.on(today)),
            duration_minutes: self.duration_minutes,
        }
    }
}

/// Without a password: nobody can sign in until they are given one.
fn account(
    role: Role,
    email: &str,
    [first_name, last_name]: [&String; 2],
    time_zone: &str,
) -> RegistrationDraft {
    RegistrationDraft {
        email: email.to_owned(),
        password: Default::default(),
        role: role.as_str().to_owned(),
        first_name: first_name.clone(),
        last_name: last_name.clone(),
        time_zone: Some(time_zone.to_owned()),
        locale: None,
        consents: Vec::new(),
    }
}
