//! Writes down at once what a history comes to, for markets too large to be told step by step.
//!
//! Each step changes rows in memory by the functions that the use cases change theirs by; the
//! result is what telling the same history to the use cases leaves behind, messages and audit
//! trail apart. A test compares the two.

mod deals;
mod ids;
mod people;
mod purchases;
mod shelf;

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use persistence::applications::Application;
use persistence::bookings::Booking;
use persistence::market::MarketRows;
use persistence::orders::Order;
use persistence::payments::Payment;
use persistence::reviews::Review;
use persistence::subjects::Subject;
use persistence::tutors::TutorProfile;
use persistence::users::User;
use services::ServiceError;
use uuid::Uuid;

use crate::history::{Action, Step};
use ids::Ids;
use shelf::Shelf;

pub(crate) struct Scribe<'f> {
    today: NaiveDate,
    /// When all of it has happened.
    now: DateTime<Utc>,
    ids: Ids,
    catalogue: Vec<Subject>,
    password_hash: Option<String>,
    users: Shelf<&'f str, User>,
    tutors: Shelf<&'f str, TutorProfile>,
    orders: Shelf<&'f str, Order>,
    /// By order and tutor.
    applications: Shelf<(&'f str, &'f str), Application>,
    /// By order.
    bookings: Shelf<&'f str, Booking>,
    /// By order, or by tutor for premium.
    payments: Shelf<&'f str, Payment>,
    /// By order.
    reviews: Shelf<&'f str, Review>,
    payers: HashSet<&'f str>,
    /// What never changes once it is there.
    written: MarketRows,
}

/// What a scribe begins with.
pub(crate) struct Beginning {
    pub(crate) today: NaiveDate,
    pub(crate) now: DateTime<Utc>,
    /// What all ids come from.
    pub(crate) seed: [u8; 32],
    pub(crate) catalogue: Vec<Subject>,
    pub(crate) password_hash: Option<String>,
}

impl<'f> Scribe<'f> {
    pub(crate) fn new(beginning: Beginning) -> Self {
        Self {
            today: beginning.today,
            now: beginning.now,
            ids: Ids::new(beginning.seed, beginning.now),
            catalogue: beginning.catalogue,
            password_hash: beginning.password_hash,
            users: Shelf::default(),
            tutors: Shelf::default(),
            orders: Shelf::default(),
            applications: Shelf::default(),
            bookings: Shelf::default(),
            payments: Shelf::default(),
            reviews: Shelf::default(),
            payers: HashSet::new(),
            written: MarketRows::default(),
        }
    }

    pub(crate) fn seed_run_id(&self) -> Uuid {
        self.ids.seed_run_id()
    }

    /// Writes down what a step changes.
    pub(crate) fn write(&mut self, step: &Step<'f>) -> Result<(), ServiceError> {
        let at = step.at;
        match step.action {
            Action::JoinAsTutor(tutor) => self.join_as_tutor(at, tutor),
            Action::VerifyTutor(tutor) => self.verify_tutor(at, tutor),
            Action::BuyPremium(tutor) => self.buy_premium(at, tutor),
            Action::JoinAsStudent(student) => self.join_as_student(at, student),
            Action::PlaceOrder(order) => self.place_order(at, order),
            Action::Apply(order, application) => self.apply(at, order, application),
            Action::Withdraw(order, application) => self.withdraw(at, order, &application.tutor),
            Action::CancelOrder(order) => self.cancel_order(at, order),
            Action::Choose(order, booking) => self.choose(at, order, booking),
            Action::Pay(order) => self.pay(at, order),
            Action::CompleteBooking(order, _) => self.complete_booking(at, order),
            Action::Review(order, review) => self.review(at, order, review),
            Action::Reply(order, _, text) => self.reply(at, order, text),
            Action::CompleteOrder(order) => self.complete_order(at, order),
            Action::CancelBooking(order) => self.cancel_booking(at, order),
        }
    }

    /// All rows, as they are in the end.
    pub(crate) fn finish(self) -> MarketRows {
        MarketRows {
            users: self.users.into_rows(),
            tutors: self.tutors.into_rows(),
            orders: self.orders.into_rows(),
            applications: self.applications.into_rows(),
            bookings: self.bookings.into_rows(),
            payments: self.payments.into_rows(),
            reviews: self.reviews.into_rows(),
            ..self.written
        }
    }

    fn subject(&self, slug: &str) -> Result<&Subject, ServiceError> {
        let found = self.catalogue.iter().find(|subject| subject.slug == slug);
        found.ok_or(ServiceError::Internal("a subject is not in the catalogue"))
    }
}
