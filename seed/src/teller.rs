//! Tells a history to the use cases, one step at a time, and remembers what each key became.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::application::Bid;
use domain::booking::CancelledBy;
use domain::review::NewReview;
use domain::validation::{FieldProblem, Violations};
use persistence::{Actor, Tx};
use services::{SeenVersion, ServiceError, applications, bookings, moderation, orders, reviews};
use uuid::Uuid;

use crate::error::SeedError;
use crate::fixture::{Application, Booking, Order, Review};
use crate::history::{Action, Step};
use crate::load::Loaded;

/// What has been made so far, by the keys of the fixture.
pub(crate) struct Teller<'f> {
    pub(crate) seed_run_id: Uuid,
    today: NaiveDate,
    pub(crate) tutors: HashMap<&'f str, JoinedTutor>,
    pub(crate) students: HashMap<&'f str, Uuid>,
    orders: HashMap<&'f str, Uuid>,
    /// By order and tutor.
    applications: HashMap<(&'f str, &'f str), Uuid>,
    /// By order.
    pub(crate) bookings: HashMap<&'f str, Uuid>,
    /// By order.
    reviews: HashMap<&'f str, Uuid>,
    /// Whose customers the run has made up.
    pub(crate) payers: BTreeSet<(Uuid, String)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct JoinedTutor {
    pub(crate) user_id: Uuid,
    pub(crate) profile_id: Uuid,
}

impl<'f> Teller<'f> {
    pub(crate) fn new(seed_run_id: Uuid, today: NaiveDate) -> Self {
        Self {
            seed_run_id,
            today,
            tutors: HashMap::new(),
            students: HashMap::new(),
            orders: HashMap::new(),
            applications: HashMap::new(),
            bookings: HashMap::new(),
            reviews: HashMap::new(),
            payers: BTreeSet::new(),
        }
    }

    /// Does what the step says, at its time.
    pub(crate) async fn tell(&mut self, tx: &mut Tx, step: &Step<'f>) -> Result<(), ServiceError> {
        tx.move_to(step.at, Actor::Seed);
        match step.action {
            Action::JoinAsTutor(tutor) => self.join_as_tutor(tx, tutor).await,
            Action::VerifyTutor(tutor) => {
                let tutor_id = self.tutor(&tutor.key, "/verified")?.profile_id;
                moderation::verify(tx, tutor_id).await.map(|_| ())
            }
            Action::BuyPremium(tutor) => self.buy_premium(tx, tutor).await,
            Action::JoinAsStudent(student) => self.join_as_student(tx, student).await,
            Action::PlaceOrder(order) => self.place_order(tx, order).await,
            Action::Apply(order, application) => self.apply(tx, order, application).await,
            Action::Withdraw(order, application) => {
                let id = self.application(order, &application.tutor)?;
                self.act_as_tutor(tx, &application.tutor, "/sent")?;
                applications::withdraw(tx, id).await
            }
            Action::CancelOrder(order) => {
                let id = self.order(order, "/cancelled")?;
                self.act_as_student(tx, order, "/cancelled")?;
                orders::cancel(tx, id).await.map(drop)
            }
            Action::Choose(order, booking) => self.choose(tx, order, booking).await,
            Action::Pay(order) => self.pay(tx, order).await,
            Action::CompleteBooking(order, booking) => {
                let id = self.booking(order, "/completed")?;
                self.act_as_tutor(tx, &booking.tutor, "/completed")?;
                bookings::complete(tx, id).await.map(drop)
            }
            Action::Review(order, review) => self.review(tx, order, review).await,
            Action::Reply(order, booking, text) => self.reply(tx, order, booking, text).await,
            Action::CompleteOrder(order) => {
                let id = self.order(order, "/completed")?;
                self.act_as_student(tx, order, "/completed")?;
                orders::complete(tx, id).await.map(drop)
            }
            Action::CancelBooking(order) => {
                let id = self.booking(order, "/cancelled")?;
                self.act_as_student(tx, order, "/cancelled")?;
                bookings::cancel(tx, id, CancelledBy::Student)
                    .await
                    .map(drop)
            }
        }
    }

    /// Ends the run: what it made up at the provider is forgotten, what it made is counted.
    pub(crate) async fn finish(&self, tx: &Tx) -> Result<Loaded, SeedError> {
        self.forget_customers(tx)
            .await
            .map_err(|source| SeedError {
                entry: "the end of the fixture".into(),
                source,
            })?;
        Ok(Loaded {
            seed_run_id: self.seed_run_id,
            tutors: self.tutors.len(),
            students: self.students.len(),
            orders: self.orders.len(),
            bookings: self.bookings.len(),
            reviews: self.reviews.len(),
        })
    }

    async fn place_order(&mut self, tx: &mut Tx, order: &'f Order) -> Result<(), ServiceError> {
        let student_id = self.act_as_student(tx, order, "/placed")?;
        let draft = order.draft(self.today);
        let placed = orders::create(tx, student_id, &order.subject, draft).await?;
        self.orders.insert(&order.key, placed.id);
        Ok(())
    }

    async fn apply(
        &mut self,
        tx: &mut Tx,
        order: &'f Order,
        application: &'f Application,
    ) -> Result<(), ServiceError> {
        let order_id = self.order(order, "/sent")?;
        let user_id = self.act_as_tutor(tx, &application.tutor, "/sent")?;
        let bid = Bid::parse(application.price, &application.message)?;
        let sent = applications::create(tx, user_id, order_id, &bid).await?;
        self.applications
            .insert((&order.key, &application.tutor), sent.id);
        Ok(())
    }
    async fn choose(
        &mut self,
        tx: &mut Tx,
        order: &'f Order,
        booking: &Booking,
    ) -> Result<(), ServiceError> {
        let id = self.application(order, &booking.tutor)?;
        self.act_as_student(tx, order, "/chosen")?;
        let wished = booking.wished(self.today);
        let booked = applications::choose(tx, id, SeenVersion::Unnamed, wished).await?;
        self.bookings.insert(&order.key, booked.id);
        Ok(())
    }

    async fn review(
        &mut self,
        tx: &mut Tx,
        order: &'f Order,
        review: &Review,
    ) -> Result<(), ServiceError> {
        let id = self.booking(order, "/written")?;
        self.act_as_student(tx, order, "/written")?;
        let parsed = NewReview::parse(review.rating, review.text.as_deref())?;
        let written = reviews::create(tx, id, &parsed).await?;
        self.reviews.insert(&order.key, written.id);
        Ok(())
    }

    async fn reply(
        &self,
        tx: &mut Tx,
        order: &Order,
        booking: &Booking,
        text: &str,
    ) -> Result<(), ServiceError> {
        let id = known(&self.reviews, &order.key, "/reply", "written")?;
        let user_id = self.act_as_tutor(tx, &booking.tutor, "/reply")?;
        reviews::reply(tx, user_id, id, text).await.map(drop)
    }

    fn order(&self, order: &Order, pointer: &str) -> Result<Uuid, ServiceError> {
        known(&self.orders, &order.key, pointer, "placed")
    }

    pub(crate) fn booking(&self, order: &Order, pointer: &str) -> Result<Uuid, ServiceError> {
        known(&self.bookings, &order.key, pointer, "chosen")
    }

    fn application(&self, order: &Order, tutor: &str) -> Result<Uuid, ServiceError> {
        let key = (order.key.as_str(), tutor);
        let found = self.applications.get(&key).copied();
        found.ok_or_else(|| too_early("/chosen", "sent"))
    }

    pub(crate) fn tutor(&self, key: &str, pointer: &str) -> Result<JoinedTutor, ServiceError> {
        known(&self.tutors, key, pointer, "joined_day")
    }

    fn act_as_tutor(&self, tx: &mut Tx, key: &str, pointer: &str) -> Result<Uuid, ServiceError> {
        let user_id = self.tutor(key, pointer)?.user_id;
        tx.move_to(tx.now(), Actor::User(user_id));
        Ok(user_id)
    }

    pub(crate) fn act_as_student(
        &self,
        tx: &mut Tx,
        order: &Order,
        pointer: &str,
    ) -> Result<Uuid, ServiceError> {
        let user_id = known(&self.students, &order.student, pointer, "joined_day")?;
        tx.move_to(tx.now(), Actor::User(user_id));
        Ok(user_id)
    }
}

/// What a key has become. References are whole by now, so a key without anything behind it is one
/// of which the fixture tells later.
fn known<T: Copy>(
    made: &HashMap<&str, T>,
    key: &str,
    pointer: &str,
    earlier: &'static str,
) -> Result<T, ServiceError> {
    made.get(key)
        .copied()
        .ok_or_else(|| too_early(pointer, earlier))
}

fn too_early(pointer: &str, earlier: &'static str) -> ServiceError {
    Violations::one(pointer, FieldProblem::Conflicts { other: earlier }).into()
}
