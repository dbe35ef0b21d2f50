//! Judging what tells of money that goes back: charges, refunds, disputes.

use super::{AskedPayment, Check, Judgment, ParkReason, check_metadata_payment, ensure, mismatch};
use crate::payment::PaymentType;
use crate::stripe_facts::{ChargeFact, DisputeFact, EventStamp, RefundFact};

/// Where a dispute stands. Of two in one second the greater one is the newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Open,
    Won,
    Lost,
}

impl Standing {
    pub(super) fn is_over(self) -> bool {
        self != Self::Open
    }
}

/// `None` for a status that isn't known.
pub(super) fn standing(fact: &DisputeFact) -> Option<Standing> {
    match fact.status.as_deref() {
        Some("needs_response" | "under_review") => Some(Standing::Open),
        Some("won" | "prevented") => Some(Standing::Won),
        Some("lost") => Some(Standing::Lost),
        _ => None,
    }
}

fn check_mode(asked: &AskedPayment, stamp: &EventStamp) -> Check {
    ensure(
        asked.livemode == stamp.livemode,
        Judgment::Parked(ParkReason::OtherMode, "livemode is not the payment's"),
    )
}

fn check_currency(asked: &AskedPayment, currency: Option<&str>) -> Check {
    ensure(
        currency == Some(asked.amount.currency.code()),
        mismatch("currency is not the payment's"),
    )
}

pub(super) fn check_charge(asked: &AskedPayment, fact: &ChargeFact) -> Check {
    check_mode(asked, &fact.stamp)?;
    let (ours, theirs) = (asked.customer_id.as_deref(), fact.customer_id.as_deref());
    ensure(
        theirs.is_none() || ours == theirs,
        Judgment::Parked(
            ParkReason::CustomerConflict,
            "customer is not the payment's",
        ),
    )?;
    check_metadata_payment(asked, fact.metadata_payment_id.as_deref())?;
    check_currency(asked, fact.currency.as_deref())?;
    let charged = match asked.purpose {
        PaymentType::Booking => fact.amount == Some(asked.amount.minor),
        // A part of an invoice may come from the payer's balance.
        PaymentType::Premium => fact
            .amount
            .is_some_and(|amount| (1..=asked.amount.minor).contains(&amount)),
    };
    ensure(charged, mismatch("amount is not the payment's"))?;
    let back = fact.amount_refunded;
    ensure(
        back.is_some_and(|back| (0..=fact.amount.unwrap_or(0)).contains(&back)),
        mismatch("amount_refunded is none that the payment could have"),
    )
}

pub(super) fn check_refund(asked: &AskedPayment, fact: &RefundFact) -> Check {
    check_mode(asked, &fact.stamp)?;
    check_currency(asked, fact.currency.as_deref())?;
    let amount = fact.amount;
    ensure(
        amount.is_some_and(|amount| (1..=asked.amount.minor).contains(&amount)),
        mismatch("amount is none that the payment could give back"),
    )
}

pub(super) fn check_dispute(asked: &AskedPayment, fact: &DisputeFact) -> Check {
    check_mode(asked, &fact.stamp)?;
    ensure(
        !fact.is_inquiry(),
        Judgment::Ignored("an inquiry takes no money"),
    )?;
    check_currency(asked, fact.currency.as_deref())?;
    ensure(
        fact.amount.is_some_and(|amount| amount >= 1),
        mismatch("amount is none that could be disputed"),
    )?;
    ensure(
        standing(fact).is_some(),
        mismatch("status is none that we know"),
    )
}
