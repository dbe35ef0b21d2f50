//! Deriving state from Stripe's facts: find the roots, lock them, read everything, decide, write.
//!
//! The deciding is `domain::settlement`'s. Here nothing is ever added to a state: each time it is
//! computed from all facts of its root and written where it differs.

mod booking;
mod payment;
mod premium;
mod roots;
mod verdict;

use std::collections::BTreeMap;

use domain::money::{Currency, Money};
use domain::settlement::{AskedPayment, Judgment};
use persistence::Tx;
use persistence::payments::{self as rows, Payment};
use persistence::stripe_facts::FactKeys;
use uuid::Uuid;

use crate::ServiceError;

pub(crate) use booking::paying_payment;
pub use payment::payment_posting;
pub use premium::entitle;
pub(crate) use premium::read_premium;
pub(crate) use roots::roots_of;
pub(crate) use verdict::write_verdicts;

/// What a set of facts is about: everything that is derived from it is locked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    /// A tutor's premium.
    Premium(Uuid),
    Booking(Uuid),
}

/// What one event came to, over all its roots: what counted somewhere, counted.
pub(crate) type Judgments = BTreeMap<String, Judgment>;

/// Derives the state of a root from all its facts and writes what has changed. `extra` leads to
/// facts that nothing of the root names yet.
pub(crate) async fn settle(
    tx: &Tx,
    root: Root,
    extra: &FactKeys,
) -> Result<Judgments, ServiceError> {
    match root {
        Root::Premium(tutor_id) => premium::settle(tx, tutor_id, extra).await,
        Root::Booking(booking_id) => booking::settle(tx, booking_id).await,
    }
}

/// What was asked of Stripe when the payment was reserved.
#[must_use]
pub fn asked(payment: &Payment) -> Option<AskedPayment> {
    Some(AskedPayment {
        payment_id: payment.id,
        purpose: *payment.kind,
        user_id: payment.user_id,
        subject_id: payment.tutor_id.or(payment.booking_id)?,
        amount: amount(payment),
        customer_id: payment.customer_id.clone(),
        session_id: payment.provider_ref.clone(),
        livemode: payment.livemode,
    })
}

fn amount(payment: &Payment) -> Money {
    Money {
        minor: payment.amount_minor,
        currency: Currency::parse(&payment.currency).unwrap_or_default(),
    }
}

async fn lock_payments(tx: &Tx, found: Vec<Payment>) -> Result<Vec<Payment>, ServiceError> {
    let mut locked = Vec::new();
    for payment in found {
        locked.push(rows::lock(tx, payment.id).await?);
    }
    Ok(locked)
}
