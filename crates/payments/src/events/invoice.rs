//! Reads an invoice, in the shapes before and after 2025-03-31.
//!
//! The newer shape moved the subscription under `parent`, a line's kind under the line's `parent`,
//! and dropped payment intent and charge, which an invoice may now have several of.
//! Source: <https://docs.stripe.com/api/invoices/object> and
//! <https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects>.

use domain::stripe_facts::{EventStamp, InvoiceEventKind, InvoiceFact};
use serde_json::Value;

use super::{ReadError, fields, object_id};

/// # Errors
/// An invoice without an id.
pub(super) fn read(
    stamp: EventStamp,
    kind: InvoiceEventKind,
    invoice: &Value,
) -> Result<InvoiceFact, ReadError> {
    let subscription_id = fields::id(invoice, "/subscription")
        .or_else(|| fields::id(invoice, "/parent/subscription_details/subscription"));
    let line = service_line(invoice, subscription_id.as_deref());
    let of_line = |pointer| line.and_then(|line| fields::time(line, pointer));
    let metadata_payment_id = fields::text(invoice, "/subscription_details/metadata/payment_id")
        .or_else(|| fields::text(invoice, "/parent/subscription_details/metadata/payment_id"))
        .or_else(|| fields::text(line?, "/metadata/payment_id"));
    Ok(InvoiceFact {
        stamp,
        kind,
        invoice_id: object_id(invoice)?,
        subscription_id,
        customer_id: fields::id(invoice, "/customer"),
        billing_reason: fields::text(invoice, "/billing_reason"),
        status: fields::text(invoice, "/status"),
        total: fields::integer(invoice, "/total"),
        amount_remaining: fields::integer(invoice, "/amount_remaining"),
        currency: fields::currency(invoice, "/currency"),
        paid_at: fields::time(invoice, "/status_transitions/paid_at"),
        period_start: of_line("/period/start"),
        period_end: of_line("/period/end"),
        payment_intent_id: fields::id(invoice, "/payment_intent"),
        charge_id: fields::id(invoice, "/charge"),
        metadata_payment_id,
    })
}

/// The line that charges for the subscription itself, whose period is what was paid for: the
/// invoice's own `period_*` looks back on the time in which its items were collected.
///
/// Of several, the one that lasts longest, so that the order of lines can't matter.
fn service_line<'a>(invoice: &'a Value, subscription_id: Option<&str>) -> Option<&'a Value> {
    fields::list(invoice, "/lines/data")
        .filter(|line| is_for_a_subscription(line) && !is_proration(line))
        .filter(|line| names_no_other_than(line, subscription_id))
        .max_by_key(|line| {
            (
                fields::time(line, "/period/end"),
                fields::time(line, "/period/start"),
            )
        })
}

fn is_for_a_subscription(line: &Value) -> bool {
    match fields::text(line, "/parent/type") {
        Some(kind) => kind == "subscription_item_details",
        None => fields::text(line, "/type").is_some_and(|kind| kind == "subscription"),
    }
}

fn is_proration(line: &Value) -> bool {
    ["/proration", "/parent/subscription_item_details/proration"]
        .iter()
        .any(|pointer| fields::flag(line, pointer) == Some(true))
}

fn names_no_other_than(line: &Value, subscription_id: Option<&str>) -> bool {
    [
        "/subscription",
        "/parent/subscription_item_details/subscription",
    ]
    .iter()
    .filter_map(|pointer| fields::id(line, pointer))
    .all(|named| Some(named.as_str()) == subscription_id)
}
