//! Judging what Stripe told us against what we asked for, and what follows from all of it.
//!
//! Every function here takes all facts known of its root and depends on their set alone: order
//! and repeats can't matter. Each event is judged by itself, so one that is parked doesn't bar a
//! right one. Storing facts, finding roots and writing the result is done elsewhere.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::money::Money;
use crate::payment::PaymentType;
use crate::stripe_facts::EventStamp;
use crate::text_enum::text_enum;

mod applied;
mod back;
mod booking;
mod invoice;
mod paid;
mod paid_by;
mod premium;
mod reversal;
mod session;
mod snapshot;
mod status;
mod tie;

#[cfg(test)]
mod tests;

pub use booking::{BookingSettlement, settle_booking};
pub use invoice::judge_invoice;
pub use premium::{
    FirstPayment, LiveSubscription, PaidFirst, PremiumSettlement, Renewal, settle_premium,
};
pub use reversal::{Reversal, SeenRefund};
pub use session::{SessionEffect, judge_session};
pub use snapshot::judge_subscription;
pub use status::payment_status;

/// What we asked Stripe to collect, frozen at the checkout: a booking's payment, or the first
/// payment of a premium subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPayment {
    pub payment_id: Uuid,
    pub purpose: PaymentType,
    /// Who pays.
    pub user_id: Uuid,
    /// The tutor profile (premium) or the booking.
    pub subject_id: Uuid,
    pub amount: Money,
    /// Unknown until we have made the customer; until then facts wait.
    pub customer_id: Option<String>,
    /// Unknown between our call and its commit; until then the metadata leads to the payment.
    pub session_id: Option<String>,
    pub livemode: bool,
}

/// What became of one event. The texts say what differs, for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgment {
    /// It counts.
    Applied,
    /// It is right, and a newer fact already says more.
    Stale,
    /// It has nothing to tell us.
    Ignored(&'static str),
    /// It doesn't count as things are.
    Parked(ParkReason, &'static str),
}

impl Judgment {
    /// Whether it is parked and won't heal itself.
    #[must_use]
    pub fn needs_a_person(self) -> bool {
        matches!(self, Self::Parked(reason, _) if reason != ParkReason::Waiting)
    }

    /// The judgment of an event that two payments have looked at: what counted for one, counted;
    /// and what needs a person isn't hidden by one that knows nothing of it.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        fn weight(judgment: Judgment) -> u8 {
            match judgment {
                Judgment::Applied => 4,
                Judgment::Stale => 3,
                Judgment::Parked(ParkReason::Waiting, _) => 0,
                Judgment::Parked(..) => 2,
                Judgment::Ignored(_) => 1,
            }
        }
        if weight(other) > weight(self) {
            other
        } else {
            self
        }
    }
}

text_enum! {
    /// Why an event is parked.
    ParkReason {
        /// A piece is missing; heals itself when it comes.
        Waiting = "waiting",
        /// Not what we asked for; needs a person.
        Mismatch = "mismatch",
        /// The customer of another payment; needs a person.
        CustomerConflict = "customer_conflict",
        /// Test money for a live payment or the reverse; needs a person.
        OtherMode = "other_mode",
    }
}

/// `Err` is the judgment of an event that doesn't count.
type Check = Result<(), Judgment>;

fn judgment(check: Check) -> Judgment {
    check.err().unwrap_or(Judgment::Applied)
}

fn mismatch(why: &'static str) -> Judgment {
    Judgment::Parked(ParkReason::Mismatch, why)
}

fn waiting(why: &'static str) -> Judgment {
    Judgment::Parked(ParkReason::Waiting, why)
}

fn ensure(holds: bool, otherwise: Judgment) -> Check {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// What every fact must share with its payment before anything else of it is read.
fn check_party(asked: &AskedPayment, stamp: &EventStamp, customer_id: Option<&str>) -> Check {
    ensure(
        asked.livemode == stamp.livemode,
        Judgment::Parked(ParkReason::OtherMode, "livemode is not the payment's"),
    )?;
    match (asked.customer_id.as_deref(), customer_id) {
        (Some(ours), Some(theirs)) => ensure(
            ours == theirs,
            Judgment::Parked(
                ParkReason::CustomerConflict,
                "customer is not the payment's",
            ),
        ),
        (Some(_), None) => Err(mismatch("customer is missing")),
        (None, _) => Err(waiting("the payment has no customer yet")),
    }
}

/// Whether a reference that came back names something else; a missing one contradicts nothing.
fn differs(reference: Option<&str>, ours: Uuid) -> bool {
    reference.is_some_and(|text| !names(Some(text), ours))
}

fn names(reference: Option<&str>, ours: Uuid) -> bool {
    reference.is_some_and(|text| Uuid::parse_str(text).is_ok_and(|id| id == ours))
}

fn check_metadata_payment(asked: &AskedPayment, payment_id: Option<&str>) -> Check {
    ensure(
        !differs(payment_id, asked.payment_id),
        mismatch("metadata.payment_id is not the payment's"),
    )
}

/// What the events of one settlement came to, each once, by event id.
type Judgments = BTreeMap<String, Judgment>;
