//! Facts as Stripe would tell them of one payment, to be bent by each test.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::*;
use crate::money::PREMIUM_MONTH_MINOR;
use crate::stripe_facts::{
    CheckoutMetadata, Facts, InvoiceEventKind, InvoiceFact, SessionEventKind, SessionFact,
    SubscriptionFact,
};

mod booking;
mod booking_reversal;
mod invoice;
mod permutations;
mod premium;
mod premium_reversal;
mod reversal;
mod session;
mod ties;

const PRICE: i64 = PREMIUM_MONTH_MINOR;
const USER: Uuid = Uuid::from_u128(1);
const SUBJECT: Uuid = Uuid::from_u128(2);

/// Midnight of a day, counted from 1 January 2026.
fn day(day: i64) -> DateTime<Utc> {
    hour(day * 24)
}

fn hour(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + TimeDelta::hours(hour)
}

fn stamp(event: &str, created: DateTime<Utc>) -> EventStamp {
    EventStamp {
        event_id: event.into(),
        created,
        livemode: false,
    }
}

/// The premium payment `n`, whose session is `cs_<n>`.
fn premium_payment(n: u128) -> AskedPayment {
    AskedPayment {
        payment_id: Uuid::from_u128(100 + n),
        purpose: PaymentType::Premium,
        user_id: USER,
        subject_id: SUBJECT,
        amount: Money::rub(PRICE),
        customer_id: Some("cus_1".into()),
        session_id: Some(format!("cs_{n}")),
        livemode: false,
    }
}

fn booking_payment() -> AskedPayment {
    AskedPayment {
        purpose: PaymentType::Booking,
        amount: Money::rub(150_000),
        ..premium_payment(1)
    }
}

/// The session of `asked` in the event `event`: completed and paid.
fn paid_session(asked: &AskedPayment, event: &str, created: DateTime<Utc>) -> SessionFact {
    let premium = asked.purpose == PaymentType::Premium;
    let subject = Some(asked.subject_id.to_string());
    let session_id = asked.session_id.clone().unwrap();
    SessionFact {
        stamp: stamp(event, created),
        kind: SessionEventKind::Completed,
        mode: Some(if premium { "subscription" } else { "payment" }.into()),
        payment_status: Some("paid".into()),
        amount_total: Some(asked.amount.minor),
        currency: Some("RUB".into()),
        customer_id: asked.customer_id.clone(),
        subscription_id: premium.then(|| session_id.replace("cs", "sub")),
        invoice_id: None,
        payment_intent_id: (!premium).then(|| "pi_1".into()),
        client_reference_id: Some(asked.user_id.to_string()),
        metadata: CheckoutMetadata {
            purpose: Some(crate::text_enum::TextEnum::as_str(asked.purpose).into()),
            user_id: Some(asked.user_id.to_string()),
            tutor_profile_id: premium.then(|| subject.clone()).flatten(),
            booking_id: (!premium).then_some(subject).flatten(),
            payment_id: Some(asked.payment_id.to_string()),
        },
        session_id,
    }
}

/// A paid renewal of the subscription `sub_1`; its period is the 30 days from its payment.
fn renewal(invoice: &str, event: &str, paid_at: DateTime<Utc>) -> InvoiceFact {
    InvoiceFact {
        stamp: stamp(event, paid_at),
        kind: InvoiceEventKind::Paid,
        invoice_id: invoice.into(),
        subscription_id: Some("sub_1".into()),
        customer_id: Some("cus_1".into()),
        billing_reason: Some("subscription_cycle".into()),
        status: Some("paid".into()),
        total: Some(PRICE),
        amount_remaining: Some(0),
        currency: Some("RUB".into()),
        paid_at: Some(paid_at),
        period_start: Some(paid_at),
        period_end: Some(paid_at + TimeDelta::days(30)),
        payment_intent_id: None,
        charge_id: None,
        metadata_payment_id: None,
    }
}

/// The first invoice of the subscription `sub_1`.
fn first_invoice(event: &str, paid_at: DateTime<Utc>) -> InvoiceFact {
    InvoiceFact {
        billing_reason: Some("subscription_create".into()),
        ..renewal("in_1", event, paid_at)
    }
}

fn snapshot(event: &str, created: DateTime<Utc>, status: &str) -> SubscriptionFact {
    SubscriptionFact {
        stamp: stamp(event, created),
        subscription_id: "sub_1".into(),
        customer_id: Some("cus_1".into()),
        status: status.into(),
        previous_status: None,
        cancel_at_period_end: false,
        ended_at: None,
        current_period_end: None,
        metadata_payment_id: None,
    }
}

fn parked_for(judgment: Judgment) -> Option<ParkReason> {
    match judgment {
        Judgment::Parked(reason, _) => Some(reason),
        Judgment::Applied | Judgment::Stale | Judgment::Ignored(_) => None,
    }
}

/// The judgment of one event of a settlement.
fn of(judgments: &[(String, Judgment)], event: &str) -> Judgment {
    judgments.iter().find(|(id, _)| id == event).unwrap().1
}
