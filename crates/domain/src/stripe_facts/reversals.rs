//! What Stripe tells of money that goes back: charges with their refunds, refunds, disputes.

use serde::{Deserialize, Serialize};

use super::EventStamp;

/// `charge.refunded`: how much of a charge has gone back so far.
/// Source: <https://docs.stripe.com/api/charges/object#charge_object-amount_refunded>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeFact {
    pub stamp: EventStamp,
    /// `ch_…`
    pub charge_id: String,
    pub payment_intent_id: Option<String>,
    /// Named by charges before 2025-03-31 only.
    pub invoice_id: Option<String>,
    pub customer_id: Option<String>,
    /// Minor units.
    pub amount: Option<i64>,
    /// Minor units; of all refunds that had not failed by then.
    pub amount_refunded: Option<i64>,
    /// ISO 4217, upper case.
    pub currency: Option<String>,
    /// A booking's charge has the metadata of its payment intent, which our checkout wrote.
    pub metadata_payment_id: Option<String>,
}

/// `refund.*`
/// Source: <https://docs.stripe.com/api/refunds/object>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundFact {
    pub stamp: EventStamp,
    /// `re_…`
    pub refund_id: String,
    pub charge_id: Option<String>,
    pub payment_intent_id: Option<String>,
    /// Minor units.
    pub amount: Option<i64>,
    /// ISO 4217, upper case.
    pub currency: Option<String>,
    /// `pending`, `requires_action`, `succeeded`, `failed`, `canceled`.
    pub status: Option<String>,
    /// Our own refund, if we asked for it.
    pub metadata_refund_id: Option<String>,
}

/// How a refund stands at Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    /// Under way, or of a status that isn't known.
    Pending,
    Succeeded,
    /// Nothing goes back by it after all.
    Failed,
}

impl RefundState {
    /// Source: <https://docs.stripe.com/api/refunds/object#refund_object-status>.
    #[must_use]
    pub fn of_status(status: Option<&str>) -> Self {
        match status {
            Some("succeeded") => Self::Succeeded,
            Some("failed" | "canceled") => Self::Failed,
            _ => Self::Pending,
        }
    }
}

impl RefundFact {
    #[must_use]
    pub fn state(&self) -> RefundState {
        RefundState::of_status(self.status.as_deref())
    }

    /// Whether nothing goes back by it after all.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.state() == RefundState::Failed
    }
}

/// `charge.dispute.*`
/// Source: <https://docs.stripe.com/api/disputes/object>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeFact {
    pub stamp: EventStamp,
    /// `dp_…`
    pub dispute_id: String,
    pub charge_id: Option<String>,
    pub payment_intent_id: Option<String>,
    /// Minor units.
    pub amount: Option<i64>,
    /// ISO 4217, upper case.
    pub currency: Option<String>,
    /// `needs_response`, `under_review`, `won`, `lost`, `prevented`; `warning_…` for an inquiry.
    pub status: Option<String>,
}

impl DisputeFact {
    /// Whether the bank only asks, and has taken nothing.
    #[must_use]
    pub fn is_inquiry(&self) -> bool {
        let status = self.status.as_deref();
        status.is_some_and(|status| status.starts_with("warning_"))
    }
}
