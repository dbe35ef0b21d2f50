//! What of an order and of tutors may leave the house: rows in the terms of what `domain` lets out.

use std::collections::BTreeSet;

use domain::lesson_format::LessonFormat;
use domain::matching::{self, CandidateData, OrderCard, OrderData, Person};
use persistence::orders::Order;
use persistence::tutor_cards::TutorCard;
use persistence::tutor_embeddings::PendingTutor;
use persistence::users::User;
use persistence::{Reader, users};

use crate::ServiceError;

/// An order as a model may see it.
pub(super) struct Outward<'a> {
    order: &'a Order,
    formats: BTreeSet<LessonFormat>,
    subject_name: String,
    student: User,
}

impl<'a> Outward<'a> {
    pub(super) async fn of(
        reader: &impl Reader,
        order: &'a Order,
        subject_name: &str,
    ) -> Result<Self, ServiceError> {
        let student = users::find(reader, order.student_id).await?;
        Ok(Self {
            order,
            formats: order.formats(),
            subject_name: subject_name.to_owned(),
            student: student.ok_or(ServiceError::Internal("an order without a student"))?,
        })
    }

    /// What is embedded.
    pub(super) fn text(&self) -> String {
        let (order, goal) = (self.order, self.order.goal.as_deref());
        let student = &self.student();
        matching::order_text(
            &order.title,
            &order.description,
            goal,
            &self.subject_name,
            student,
        )
    }

    /// What a model is told that ranks.
    pub(super) fn data(&self) -> OrderData {
        matching::order_data(&OrderCard {
            person: self.student(),
            subject_name: &self.subject_name,
            title: &self.order.title,
            description: &self.order.description,
            goal: self.order.goal.as_deref(),
            budget_max: self.order.budget_max_minor,
            formats: &self.formats,
        })
    }

    fn student(&self) -> Person<'_> {
        Person {
            first_name: &self.student.first_name,
            last_name: &self.student.last_name,
        }
    }
}

/// What a model is told that ranks, of the tutor at a place.
pub(super) fn candidate_data(place: usize, card: &TutorCard) -> CandidateData {
    let profile = &card.profile;
    let subject_names: Vec<&str> = card.subjects.iter().map(|s| s.name_ru.as_str()).collect();
    let tutor = matching::TutorCard {
        person: Person {
            first_name: &card.first_name,
            last_name: &card.last_name,
        },
        subject_names: &subject_names,
        experience_years: profile.experience_years,
        hourly_rate: profile.hourly_rate_minor,
        rating_sum: profile.rating_sum,
        rating_count: profile.rating_count,
        formats: &profile.formats(),
        bio: &profile.bio,
    };
    matching::candidate_data(place, &tutor)
}

/// What is embedded of a tutor.
pub(crate) fn tutor_text(tutor: &PendingTutor) -> String {
    let person = Person {
        first_name: &tutor.first_name,
        last_name: &tutor.last_name,
    };
    let subject_names: Vec<&str> = tutor.subjects.iter().map(String::as_str).collect();
    matching::tutor_text(&tutor.bio, &subject_names, &person)
}
