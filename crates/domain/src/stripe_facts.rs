//! What Stripe told us, in our own words: one fact per event, independent of the API version that
//! the event was rendered in.
//!
//! Facts are only ever added. State is computed from all facts of a root at once, and the same
//! thing told twice (`invoice.paid` and `invoice.payment_succeeded`) is folded when it is read, so
//! neither order nor repetition of deliveries can matter.
//! Source: <https://docs.stripe.com/api/events/types>.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod fact;
mod reversals;

pub use fact::{Fact, FactKind, Facts, Names};
pub use reversals::{ChargeFact, DisputeFact, RefundFact, RefundState};

/// What every fact carries of the event that told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventStamp {
    /// `evt_…`, unique at Stripe.
    pub event_id: String,
    /// When Stripe made the event, to the second.
    pub created: DateTime<Utc>,
    /// Whether it is about real money.
    pub livemode: bool,
}

/// A payment method's progress on a Checkout Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEventKind {
    /// `checkout.session.completed`: the form was submitted; paid only if `payment_status` says so.
    Completed,
    /// `checkout.session.async_payment_succeeded`
    AsyncSucceeded,
    /// `checkout.session.async_payment_failed`
    AsyncFailed,
    /// `checkout.session.expired`
    Expired,
}

/// `checkout.session.*`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFact {
    pub stamp: EventStamp,
    pub kind: SessionEventKind,
    /// `cs_…`
    pub session_id: String,
    /// `payment` or `subscription`.
    pub mode: Option<String>,
    /// `paid`, `unpaid` or `no_payment_required`.
    pub payment_status: Option<String>,
    /// Minor units.
    pub amount_total: Option<i64>,
    /// ISO 4217, upper case.
    pub currency: Option<String>,
    pub customer_id: Option<String>,
    pub subscription_id: Option<String>,
    pub invoice_id: Option<String>,
    pub payment_intent_id: Option<String>,
    pub client_reference_id: Option<String>,
    pub metadata: CheckoutMetadata,
}

/// The metadata that our checkout writes on everything it makes. Anyone can make a payment link
/// with metadata of their own, so it leads to a payment and is then only cross-checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutMetadata {
    /// `premium` or `booking`.
    pub purpose: Option<String>,
    pub user_id: Option<String>,
    pub tutor_profile_id: Option<String>,
    pub booking_id: Option<String>,
    pub payment_id: Option<String>,
}

/// What an event tells of an invoice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceEventKind {
    /// `invoice.paid` and its twin `invoice.payment_succeeded`.
    #[default]
    Paid,
    /// `invoice.payment_failed`: the card was declined; Stripe tries again for days.
    PaymentFailed,
    /// `invoice.payment_action_required`: the payer must confirm it at their bank.
    ActionRequired,
}

/// `invoice.*`, as far as it is about being paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceFact {
    pub stamp: EventStamp,
    #[serde(default)]
    pub kind: InvoiceEventKind,
    /// `in_…`
    pub invoice_id: String,
    pub subscription_id: Option<String>,
    pub customer_id: Option<String>,
    /// `subscription_create`, `subscription_cycle`, `manual`, `subscription_update` …
    pub billing_reason: Option<String>,
    /// `paid`, `open` …
    pub status: Option<String>,
    /// Minor units, of the whole invoice (not `amount_paid`: a part may come from a balance).
    pub total: Option<i64>,
    pub amount_remaining: Option<i64>,
    /// ISO 4217, upper case.
    pub currency: Option<String>,
    /// `status_transitions.paid_at`; without it the event's `created` counts.
    pub paid_at: Option<DateTime<Utc>>,
    /// The period of the invoice's own non-proration subscription line.
    pub period_start: Option<DateTime<Utc>>,
    pub period_end: Option<DateTime<Utc>>,
    pub payment_intent_id: Option<String>,
    pub charge_id: Option<String>,
    /// `payment_id` of the subscription's metadata, which every renewal repeats: it leads to the
    /// subscription and to nothing else.
    pub metadata_payment_id: Option<String>,
}

/// `customer.subscription.*`: a snapshot of the subscription at the time of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionFact {
    pub stamp: EventStamp,
    /// `sub_…`
    pub subscription_id: String,
    pub customer_id: Option<String>,
    /// `incomplete`, `active`, `past_due`, `unpaid`, `canceled`, `incomplete_expired`, `trialing`, `paused`.
    pub status: String,
    /// `data.previous_attributes.status`, where the event says it.
    pub previous_status: Option<String>,
    pub cancel_at_period_end: bool,
    pub ended_at: Option<DateTime<Utc>>,
    pub current_period_end: Option<DateTime<Utc>>,
    pub metadata_payment_id: Option<String>,
}

/// `invoice_payment.paid`: which payment intent paid which invoice. Since 2025-03-31 neither of the
/// two names the other.
/// Source: <https://docs.stripe.com/api/invoice-payment>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePaymentFact {
    pub stamp: EventStamp,
    pub invoice_id: String,
    pub payment_intent_id: Option<String>,
    pub charge_id: Option<String>,
}

/// `customer.deleted`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerFact {
    pub stamp: EventStamp,
    /// `cus_…`
    pub customer_id: String,
}
