//! Who joins: accounts without a password, which nobody can sign in to until they are given one.

use domain::account::Role;
use domain::text_enum::TextEnum;
use domain::tutor::TutorProfileDraft;
use persistence::{Actor, Tx};
use services::accounts::RegistrationDraft;
use services::{ServiceError, accounts, tutors};

use crate::fixture::{Student, Tutor};
use crate::teller::{JoinedTutor, Teller};

impl<'f> Teller<'f> {
    pub(crate) async fn join_as_tutor(
        &mut self,
        tx: &mut Tx,
        tutor: &'f Tutor,
    ) -> Result<(), ServiceError> {
        let account = account(
            Role::Tutor,
            &tutor.email,
            [&tutor.first_name, &tutor.last_name],
            &tutor.time_zone,
        );
        let user = accounts::create(tx, &account.parse_without_password()?, None).await?;
        let profile = TutorProfileDraft {
            bio: tutor.bio.clone(),
            experience_years: tutor.experience_years,
            hourly_rate: tutor.hourly_rate,
            subjects: tutor.subjects.clone(),
            city: tutor.city.clone(),
            region: tutor.region.clone(),
            time_zone: tutor.time_zone.clone(),
            formats: tutor.formats.clone(),
            availability: tutor.availability.clone(),
        };
        tx.move_to(tx.now(), Actor::User(user.id));
        let card = tutors::create(tx, user.id, profile).await?;
        let joined = JoinedTutor {
            user_id: user.id,
            profile_id: card.profile.id,
        };
        self.tutors.insert(&tutor.key, joined);
        Ok(())
    }

    pub(crate) async fn join_as_student(
        &mut self,
        tx: &Tx,
        student: &'f Student,
    ) -> Result<(), ServiceError> {
        let account = account(
            Role::Student,
            &student.email,
            [&student.first_name, &student.last_name],
            &student.time_zone,
        );
        let user = accounts::create(tx, &account.parse_without_password()?, None).await?;
        self.students.insert(&student.key, user.id);
        Ok(())
    }
}

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
