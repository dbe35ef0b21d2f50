//! Reads an invoice payment: which payment intent or charge paid which invoice.
//! Source: <https://docs.stripe.com/api/invoice-payment/object>.

use domain::stripe_facts::{EventStamp, InvoicePaymentFact};
use serde_json::Value;

use super::{ReadError, fields};

/// # Errors
/// An invoice payment that names no invoice.
pub(super) fn read(stamp: EventStamp, payment: &Value) -> Result<InvoicePaymentFact, ReadError> {
    Ok(InvoicePaymentFact {
        stamp,
        invoice_id: fields::id(payment, "/invoice")
            .ok_or(ReadError::Missing("data.object.invoice"))?,
        payment_intent_id: fields::id(payment, "/payment/payment_intent"),
        charge_id: fields::id(payment, "/payment/charge"),
    })
}
