//! Reads what tells of money that goes back: charges, refunds, disputes.
//! Source: <https://docs.stripe.com/api/charges/object>, <https://docs.stripe.com/api/refunds/object>
//! and <https://docs.stripe.com/api/disputes/object>.

use domain::stripe_facts::{ChargeFact, DisputeFact, EventStamp, RefundFact};
use serde_json::Value;

use super::{ReadError, fields, object_id};

/// # Errors
/// A charge without an id.
pub(super) fn charge(stamp: EventStamp, charge: &Value) -> Result<ChargeFact, ReadError> {
    Ok(ChargeFact {
        stamp,
        charge_id: object_id(charge)?,
        payment_intent_id: fields::id(charge, "/payment_intent"),
        invoice_id: fields::id(charge, "/invoice"),
        customer_id: fields::id(charge, "/customer"),
        amount: fields::integer(charge, "/amount"),
        amount_refunded: fields::integer(charge, "/amount_refunded"),
        currency: fields::currency(charge, "/currency"),
        metadata_payment_id: fields::text(charge, "/metadata/payment_id"),
    })
}

/// # Errors
/// A refund without an id.
pub(super) fn refund(stamp: EventStamp, refund: &Value) -> Result<RefundFact, ReadError> {
    Ok(RefundFact {
        stamp,
        refund_id: object_id(refund)?,
        charge_id: fields::id(refund, "/charge"),
        payment_intent_id: fields::id(refund, "/payment_intent"),
        amount: fields::integer(refund, "/amount"),
        currency: fields::currency(refund, "/currency"),
        status: fields::text(refund, "/status"),
        metadata_refund_id: fields::text(refund, "/metadata/refund_id"),
    })
}

/// # Errors
/// A dispute without an id.
pub(super) fn dispute(stamp: EventStamp, dispute: &Value) -> Result<DisputeFact, ReadError> {
    Ok(DisputeFact {
        stamp,
        dispute_id: object_id(dispute)?,
        charge_id: fields::id(dispute, "/charge"),
        payment_intent_id: fields::id(dispute, "/payment_intent"),
        amount: fields::integer(dispute, "/amount"),
        currency: fields::currency(dispute, "/currency"),
        status: fields::text(dispute, "/status"),
    })
}
