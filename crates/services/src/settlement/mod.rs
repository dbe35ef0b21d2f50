//! Deriving state from Stripe's facts: find the roots, lock them, read everything, decide, write.
//!
//! The deciding is `domain::settlement`'s. Here nothing is ever added to a state: each time it is
//! computed from all facts of its root and written where it differs.

mod booking;
mod customer;
mod facts;
mod payment;
mod premium;
mod refunds;
mod roots;
mod verdict;

use std::collections::BTreeMap;

use domain::money::{Currency, Money};
use domain::settlement::{AskedPayment, Judgment};
use domain::stripe_facts::{Fact, Names};
use persistence::Tx;
use persistence::payments::Payment;
use persistence::webhook_events::Verdict;
use uuid::Uuid;

use crate::ServiceError;

pub(crate) use booking::paying_payment;
pub use payment::{new_payout, postings};
pub(crate) use payment::{note_payment, release};
pub use premium::entitle;
pub(crate) use premium::read_premium;
pub(crate) use refunds::told;

/// What a set of facts is about: everything that is derived from it is locked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    /// A tutor's premium.
    Premium(Uuid),
    Booking(Uuid),
}

/// What the events of one settlement came to.
pub(crate) type Judgments = BTreeMap<String, Judgment>;

/// Adds judgments to others of the same events.
fn merge(judgments: &mut Judgments, more: impl IntoIterator<Item = (String, Judgment)>) {
    for (event_id, judgment) in more {
        judgments
            .entry(event_id)
            .and_modify(|known| *known = known.or(judgment))
            .or_insert(judgment);
    }
}

/// What a root has come to, and by what.
struct Derived {
    judgments: Judgments,
    known: facts::Known,
}

/// What settling an event has come to.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub(crate) verdict: Verdict,
    /// Other events that need a person from now on.
    pub(crate) alarming: Vec<(String, Verdict)>,
    /// Whether it leads to a payment of ours.
    pub(crate) is_ours: bool,
    /// Whether the event connects what nothing connected before: another transaction that could
    /// not see it may then have missed what both lead to.
    pub(crate) is_link: bool,
}

/// Derives the state of everything that an event is about, and writes down what became of it.
///
/// # Errors
/// The database failed.
pub(crate) async fn settle(tx: &Tx, event_id: &str, fact: &Fact) -> Result<Settled, ServiceError> {
    let mut judgments = Judgments::new();
    let (mut is_link, mut is_ours) = (false, false);
    if let Fact::Customer(deleted) = fact {
        let judgment = customer::settle(tx, deleted).await?;
        judgments.insert(event_id.to_owned(), judgment);
    } else {
        let whose = roots::whose(tx, fact).await?;
        is_ours = whose.is_ours;
        for root in whose.roots {
            let derived = match root {
                Root::Premium(tutor_id) => premium::settle(tx, tutor_id, &whose.names).await?,
                Root::Booking(booking_id) => booking::settle(tx, booking_id, &whose.names).await?,
            };
            is_link |= derived.known.is_link(event_id);
            merge(&mut judgments, derived.judgments);
        }
    }
    let written = verdict::write(tx, event_id, &judgments).await?;
    Ok(Settled {
        verdict: written.own,
        alarming: written.alarming,
        is_ours,
        is_link,
    })
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

pub(crate) fn amount(payment: &Payment) -> Money {
    Money {
        minor: payment.amount_minor,
        currency: Currency::parse(&payment.currency).unwrap_or_default(),
    }
}

/// By what the facts of some payments are found.
pub(crate) fn names_of(payments: &[Payment]) -> Names {
    let mut names = Names::default();
    for payment in payments {
        names.payments.insert(payment.id);
        match payment.first_payment_id {
            None => names.sessions.extend(payment.provider_ref.clone()),
            Some(_) => names.invoices.extend(payment.provider_ref.clone()),
        }
        names.subscriptions.extend(payment.subscription_id.clone());
        names
            .payment_intents
            .extend(payment.payment_intent_id.clone());
    }
    names
}
