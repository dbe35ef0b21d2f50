//! What is paid for: the payment, the events that told of it, what follows from them, the ledger.

use chrono::{DateTime, Utc};
use domain::booking::BookingEvent;
use domain::money::{Money, PREMIUM_MONTH_MINOR};
use domain::payment::{EventOutcome, PaymentStatus, PaymentType};
use domain::settlement::{settle_booking, settle_premium};
use domain::stripe_facts::{Fact, Facts};
use persistence::Stored;
use persistence::payments::{Payment, STRIPE};
use persistence::stripe_customers::StripeCustomer;
use persistence::stripe_facts::StripeFact;
use services::checkout::{PayableItem, new_payment};
use services::settlement::{asked, entitle, postings};
use services::{ServiceError, webhooks};

use super::Scribe;
use crate::fixture::{Order, Tutor};
use crate::stripe_events::Paid;

/// A payment of which no fact tells that it was paid.
const UNPAID: ServiceError = ServiceError::Internal("the payment was not settled");

impl<'f> Scribe<'f> {
    pub(super) fn pay(&mut self, at: DateTime<Utc>, order: &'f Order) -> Result<(), ServiceError> {
        let booking = self.bookings.get(&order.key.as_str())?;
        let item = PayableItem {
            kind: PaymentType::Booking,
            subject_id: booking.id,
            amount: booking.total(),
        };
        let mut payment = self.reserve(at, &order.student, item, &order.key)?;
        let told = self.told(at, &payment, &order.key)?;
        let asked = asked(&payment).ok_or(UNPAID)?;
        let settled = settle_booking(&asked, &told);
        let paid_at = settled.paid_at.ok_or(UNPAID)?;
        payment.payment_intent_id = settled.payment_intent_id;
        let payment_id = payment.id;
        self.keep_paid(at, &order.key, payment, paid_at);
        self.move_booking(at, order, BookingEvent::Confirm)?;
        self.bookings.get_mut(&order.key.as_str())?.payment_id = Some(payment_id);
        Ok(())
    }

    pub(super) fn buy_premium(
        &mut self,
        at: DateTime<Utc>,
        tutor: &'f Tutor,
    ) -> Result<(), ServiceError> {
        let item = PayableItem {
            kind: PaymentType::Premium,
            subject_id: self.tutors.get(&tutor.key.as_str())?.id,
            amount: Money::rub(PREMIUM_MONTH_MINOR),
        };
        let mut payment = self.reserve(at, &tutor.key, item, &tutor.key)?;
        let told = self.told(at, &payment, &tutor.key)?;
        let asked = asked(&payment).ok_or(UNPAID)?;
        let settled = settle_premium(&[asked], &told);
        let first = settled.first_payments.first();
        let paid = first.and_then(|first| first.paid.clone()).ok_or(UNPAID)?;
        payment.subscription_id = Some(paid.subscription_id);
        payment.payment_intent_id = paid.payment_intent_id;
        self.keep_paid(at, &tutor.key, payment, paid.paid_at);
        let profile = self.tutors.get_mut(&tutor.key.as_str())?;
        entitle(profile, &settled);
        profile.version += 1;
        profile.updated_at = at;
        Ok(())
    }

    /// `key` tells the payment from the others of the run.
    fn reserve(
        &mut self,
        at: DateTime<Utc>,
        payer: &'f str,
        item: PayableItem,
        key: &str,
    ) -> Result<Payment, ServiceError> {
        let run = self.seed_run_id().simple();
        let user_id = self.users.get(&payer)?.id;
        let customer_id = format!("cus_seed_{run}_{payer}");
        if self.payers.insert(payer) {
            self.written.customers.push(StripeCustomer {
                customer_id: customer_id.clone(),
                provider: STRIPE.to_owned(),
                user_id,
                created_at: at,
                // No provider knows it, so the next checkout makes a real one.
                deleted_at: Some(self.now),
            });
        }
        let mut payment = new_payment(self.ids.stamp(at), user_id, item, &customer_id);
        payment.provider_ref = Some(format!("cs_seed_{run}_{key}"));
        Ok(payment)
    }

    /// The events of a payment, recorded as applied, and what they tell.
    fn told(
        &mut self,
        at: DateTime<Utc>,
        payment: &Payment,
        key: &str,
    ) -> Result<Facts, ServiceError> {
        let id = format!("seed_{}_{key}", self.seed_run_id().simple());
        let mut told: Vec<Fact> = Vec::new();
        for event in (Paid { payment, id, at }).events()? {
            let mut row = webhooks::new_event(self.ids.stamp(at), &event);
            row.outcome = Stored(EventOutcome::Applied);
            row.explanation = None;
            self.written.events.push(row);
            let Some(fact) = event.fact else { continue };
            self.written.facts.push(StripeFact::of(&fact)?);
            told.push(fact);
        }
        Ok(told.into_iter().collect())
    }

    fn keep_paid(
        &mut self,
        at: DateTime<Utc>,
        key: &'f str,
        unpaid: Payment,
        paid_at: DateTime<Utc>,
    ) {
        let payment = Payment {
            status: Stored(PaymentStatus::Completed),
            paid_at: Some(paid_at),
            version: unpaid.version + 1,
            ..unpaid.clone()
        };
        for posting in postings(&unpaid, &payment, None, at) {
            self.written.postings.push((self.ids.stamp(at), posting));
        }
        self.payments.add(key, payment);
    }
}
