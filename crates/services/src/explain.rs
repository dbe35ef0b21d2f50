//! The story of a payment, from what is stored of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::stripe_facts::{Fact, Names};
use persistence::ledger::{self, Booked};
use persistence::payments::{self as rows, Payment};
use persistence::refunds::{self, Refund};
use persistence::stripe_facts;
use persistence::webhook_events::{self, WebhookEvent};
use persistence::{Reader, bookings, tutors};

use crate::ServiceError;
use crate::premium::{Premium, of_profile};
use crate::settlement::names_of;

/// Everything that has made a payment what it is.
#[derive(Debug, Clone)]
pub struct Story {
    pub payment: Payment,
    /// The renewals that go back to it.
    pub renewals: Vec<Payment>,
    /// What Stripe told of it, in the order in which it happened there.
    pub events: Vec<Told>,
    pub refunds: Vec<Refund>,
    /// What is booked of it and of its renewals, in the order of booking.
    pub ledger: Vec<Booked>,
    pub result: Outcome,
}

/// One event, with what it says to us.
#[derive(Debug, Clone)]
pub struct Told {
    pub event: WebhookEvent,
    pub fact: Fact,
}

/// What the payment has brought.
#[derive(Debug, Clone)]
pub enum Outcome {
    Premium(Premium),
    Booking {
        id: uuid::Uuid,
        status: domain::booking::BookingStatus,
    },
}

/// Tells the story of a payment; of a subscription's first payment that of its whole life.
///
/// # Errors
/// The database failed.
pub async fn tell(
    reader: &impl Reader,
    payment: Payment,
    now: DateTime<Utc>,
) -> Result<Story, ServiceError> {
    let renewals = rows::list_renewals(reader, payment.id).await?;
    let all: Vec<Payment> = std::iter::once(&payment)
        .chain(&renewals)
        .cloned()
        .collect();
    let mut facts = stripe_facts::connected(reader, &names_of(&all))
        .await?
        .facts;
    if payment.first_payment_id.is_some() {
        keep_own(&mut facts, &payment);
    }
    let ids: Vec<String> = facts.keys().cloned().collect();
    let mut events = Vec::new();
    for event in webhook_events::list(reader, ids).await? {
        if let Some(fact) = facts.remove(&event.event_id) {
            events.push(Told { event, fact });
        }
    }
    let ids = || all.iter().map(|part| part.id);
    Ok(Story {
        result: outcome(reader, &payment, now).await?,
        payment,
        renewals,
        events,
        refunds: refunds::list_of_payments(reader, ids()).await?,
        ledger: ledger::list_of_payments(reader, ids()).await?,
    })
}

/// Leaves of a subscription's facts those of one renewal: what names its invoice, or the payment
/// intent or charge that paid it.
fn keep_own(facts: &mut BTreeMap<String, Fact>, renewal: &Payment) {
    let of_money = |fact: &Fact| Names {
        payments: BTreeSet::new(),
        sessions: BTreeSet::new(),
        subscriptions: BTreeSet::new(),
        ..fact.names()
    };
    let mut own = names_of(std::slice::from_ref(renewal));
    loop {
        let before = own.count();
        for fact in facts.values() {
            let names = of_money(fact);
            if names.meets(&own) {
                own.extend(names);
            }
        }
        if own.count() == before {
            break;
        }
    }
    facts.retain(|_, fact| of_money(fact).meets(&own));
}

async fn outcome(
    reader: &impl Reader,
    payment: &Payment,
    now: DateTime<Utc>,
) -> Result<Outcome, ServiceError> {
    let gone = ServiceError::Internal("what a payment was for is gone");
    if let Some(booking_id) = payment.booking_id {
        let booking = bookings::find(reader, booking_id, now).await?.ok_or(gone)?;
        return Ok(Outcome::Booking {
            id: booking.id,
            status: *booking.status,
        });
    }
    let tutor_id = payment.tutor_id.ok_or(ServiceError::NotFound)?;
    let profile = tutors::find_kept(reader, tutor_id).await?.ok_or(gone)?;
    Ok(Outcome::Premium(of_profile(reader, &profile, now).await?))
}
