//! The state of a payment, derived from what is known of it.

use super::{Reversal, SessionEffect};
use crate::payment::PaymentStatus;

/// The state of a payment. `ended` is what we have made of it ourselves, as long as no event says
/// more: pending, or given up by its checkout.
#[must_use]
pub fn payment_status(
    ended: PaymentStatus,
    is_paid: bool,
    progress: Option<SessionEffect>,
    reversal: &Reversal,
) -> PaymentStatus {
    if !is_paid {
        return match progress {
            Some(SessionEffect::Failed) => PaymentStatus::Failed,
            Some(SessionEffect::Expired) => PaymentStatus::Expired,
            Some(SessionEffect::Paid | SessionEffect::CompletedUnpaid) | None => ended,
        };
    }
    if reversal.has_open_dispute || reversal.has_lost_dispute {
        return PaymentStatus::Disputed;
    }
    match reversal.refunded {
        0 => PaymentStatus::Completed,
        _ if reversal.is_refunded_whole => PaymentStatus::Refunded,
        _ => PaymentStatus::PartiallyRefunded,
    }
}
