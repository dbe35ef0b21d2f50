//! Orders, applications, bookings and reviews, as each step moves them.

use chrono::{DateTime, Utc};
use domain::application::{ApplicationEvent, Bid};
use domain::booking::{BookingEvent, CancelledBy, Period};
use domain::order::OrderEvent;
use domain::review::NewReview;
use persistence::Stored;
use services::{ServiceError, applications, orders, reviews, settlement};

use super::Scribe;
use crate::fixture::{Application, Booking, Order, Review};

impl<'f> Scribe<'f> {
    pub(super) fn place_order(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
    ) -> Result<(), ServiceError> {
        let student = self.users.get(&order.student.as_str())?;
        let terms = order.draft(self.today).parse(at, &student.time_zone)?;
        let subject_id = self.subject(&order.subject)?.id;
        let student_id = student.id;
        let row = orders::new_order(self.ids.stamp(at), student_id, subject_id, &terms)?;
        self.orders.add(&order.key, row);
        Ok(())
    }

    fn move_order(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        event: OrderEvent,
    ) -> Result<(), ServiceError> {
        let row = self.orders.get_mut(&order.key.as_str())?;
        row.status = Stored(row.status.on(event)?);
        row.version += 1;
        row.updated_at = at;
        Ok(())
    }

    pub(super) fn apply(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        application: &'f Application,
    ) -> Result<(), ServiceError> {
        let bid = Bid::parse(application.price, &application.message)?;
        let order_id = self.orders.get(&order.key.as_str())?.id;
        let tutor_id = self.tutors.get(&application.tutor.as_str())?.id;
        let row = applications::new_application(self.ids.stamp(at), order_id, tutor_id, &bid);
        self.applications.add((&order.key, &application.tutor), row);
        Ok(())
    }

    pub(super) fn withdraw(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        tutor: &'f str,
    ) -> Result<(), ServiceError> {
        self.move_application(at, (&order.key, tutor), ApplicationEvent::Withdraw)
    }

    fn move_application(
        &mut self,
        at: DateTime<Utc>,
        key: (&'f str, &'f str),
        event: ApplicationEvent,
    ) -> Result<(), ServiceError> {
        let row = self.applications.get_mut(&key)?;
        row.status = Stored(row.status.on(event)?);
        row.version += 1;
        row.updated_at = at;
        Ok(())
    }

    /// Moves those applications of an order that the event can move.
    fn move_those_that_can(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        event: ApplicationEvent,
    ) -> Result<(), ServiceError> {
        for application in &order.applications {
            let key = (order.key.as_str(), application.tutor.as_str());
            let sent = self.applications.find(&key);
            if sent.is_some_and(|row| row.status.on(event).is_ok()) {
                self.move_application(at, key, event)?;
            }
        }
        Ok(())
    }

    pub(super) fn cancel_order(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
    ) -> Result<(), ServiceError> {
        self.move_order(at, order, OrderEvent::Cancel)?;
        self.move_those_that_can(at, order, ApplicationEvent::Reject)
    }

    pub(super) fn choose(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        booking: &'f Booking,
    ) -> Result<(), ServiceError> {
        let wished = booking.wished(self.today);
        let period = Period::parse(wished.starts_at, wished.duration_minutes, at)?;
        self.move_order(at, order, OrderEvent::Choose)?;
        let key = (order.key.as_str(), booking.tutor.as_str());
        self.move_application(at, key, ApplicationEvent::Choose)?;
        self.move_those_that_can(at, order, ApplicationEvent::Reject)?;
        let row = applications::new_booking(
            self.ids.stamp(at),
            self.orders.get(&order.key.as_str())?,
            self.applications.get(&key)?,
            self.tutors.get(&booking.tutor.as_str())?.time_zone.clone(),
            period,
        );
        self.bookings.add(&order.key, row);
        Ok(())
    }

    pub(super) fn move_booking(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        event: BookingEvent,
    ) -> Result<(), ServiceError> {
        let row = self.bookings.get_mut(&order.key.as_str())?;
        row.status = Stored(row.status.on(event)?);
        row.version += 1;
        row.updated_at = at;
        match event {
            BookingEvent::Confirm => row.confirmed_at = Some(at),
            BookingEvent::Complete => row.completed_at = Some(at),
            BookingEvent::Cancel => {
                row.cancelled_at = Some(at);
                row.cancelled_by = Some(Stored(CancelledBy::Student));
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn complete_booking(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
    ) -> Result<(), ServiceError> {
        self.move_booking(at, order, BookingEvent::Complete)?;
        let booking = self.bookings.get(&order.key.as_str())?;
        let payment = self.payments.get_mut(&order.key.as_str())?;
        let held = payment.clone();
        payment.released_at = Some(at);
        payment.version += 1;
        payment.updated_at = at;
        for posting in settlement::postings(&held, payment, Some(booking), at) {
            self.written.postings.push((self.ids.stamp(at), posting));
        }
        let payout = settlement::new_payout(self.ids.stamp(at), booking, payment, at);
        self.written.payouts.extend(payout);
        Ok(())
    }

    pub(super) fn complete_order(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
    ) -> Result<(), ServiceError> {
        self.move_order(at, order, OrderEvent::Complete)
    }

    pub(super) fn cancel_booking(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
    ) -> Result<(), ServiceError> {
        self.move_booking(at, order, BookingEvent::Cancel)?;
        self.move_order(at, order, OrderEvent::Reopen)?;
        self.move_those_that_can(at, order, ApplicationEvent::Reopen)
    }

    pub(super) fn review(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        review: &'f Review,
    ) -> Result<(), ServiceError> {
        let parsed = NewReview::parse(review.rating, review.text.as_deref())?;
        let booking = self.bookings.get(&order.key.as_str())?;
        let row = reviews::new_review(self.ids.stamp(at), booking, &parsed);
        self.reviews.add(&order.key, row);
        let chosen = order.booking.as_ref().map(|booking| booking.tutor.as_str());
        let profile = self.tutors.get_mut(&chosen.unwrap_or_default())?;
        reviews::count_rating(profile, parsed.rating);
        profile.version += 1;
        profile.updated_at = at;
        Ok(())
    }

    pub(super) fn reply(
        &mut self,
        at: DateTime<Utc>,
        order: &'f Order,
        text: &'f str,
    ) -> Result<(), ServiceError> {
        let review = self.reviews.get_mut(&order.key.as_str())?;
        review.reply = Some(text.to_owned());
        review.replied_at = Some(at);
        Ok(())
    }
}
