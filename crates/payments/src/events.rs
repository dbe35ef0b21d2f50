//! What an event says, in our own words: a lenient reader on raw JSON.
//!
//! It takes the few fields that the rules look at, wherever the API version of the event keeps
//! them, and nothing else. A field it can't read is unknown, not an error: the rules park what
//! they can't judge. It is not for our own calls (see [`crate::Stripe`]) and it believes no one:
//! check the [`crate::signature`] first.
//! Source: <https://docs.stripe.com/api/events/object>.

pub(crate) mod fields;
mod invoice;
mod invoice_payment;
mod reversals;
mod session;
mod subscription;

#[cfg(test)]
mod noise_tests;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use domain::stripe_facts::{CustomerFact, EventStamp, Fact, InvoiceEventKind, SessionEventKind};
use serde_json::Value;

/// An event as it came, with the fact that we took out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `evt_…`, unique at Stripe.
    pub id: String,
    /// `invoice.paid` …
    pub event_type: String,
    /// The API version that its objects are rendered in.
    pub api_version: Option<String>,
    /// When Stripe made the event, to the second.
    pub created: DateTime<Utc>,
    /// Whether it is about real money; an event that doesn't say is not.
    pub livemode: bool,
    /// All of it, to be kept.
    pub payload: Value,
    /// `None` for a type that we don't handle.
    pub fact: Option<Fact>,
}

/// Why a body is not an event that we could keep.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the body is not JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// The path of the field.
    #[error("the event has no readable `{0}`")]
    Missing(&'static str),
}

/// Reads the body of a webhook.
///
/// # Errors
/// A body that is not a JSON object; one without `id`, `type` or `created`; an event of a handled
/// type whose object has no id (or, for a subscription, no status).
pub fn read(body: &[u8]) -> Result<Event, ReadError> {
    let payload = without_nul(serde_json::from_slice(body).map_err(ReadError::NotJson)?);
    if !payload.is_object() {
        return Err(ReadError::NotAnObject);
    }
    let stamp = EventStamp {
        event_id: fields::text(&payload, "/id").ok_or(ReadError::Missing("id"))?,
        created: fields::time(&payload, "/created").ok_or(ReadError::Missing("created"))?,
        livemode: fields::flag(&payload, "/livemode").unwrap_or(false),
    };
    let event_type = fields::text(&payload, "/type").ok_or(ReadError::Missing("type"))?;
    let fact = match Subject::of(&event_type) {
        Some(subject) => Some(subject.read(stamp.clone(), &payload)?),
        None => None,
    };
    Ok(Event {
        id: stamp.event_id,
        event_type,
        api_version: fields::text(&payload, "/api_version"),
        created: stamp.created,
        livemode: stamp.livemode,
        payload,
        fact,
    })
}

/// No database of ours holds a NUL character in a text; an event that brings one is read without it.
fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(entries) => entries.into_iter().map(without_nul).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name.replace('\0', ""), without_nul(value)))
            .collect(),
        other => other,
    }
}

/// What an event of a handled type is about.
#[derive(Clone, Copy)]
enum Subject {
    Session(SessionEventKind),
    Invoice(InvoiceEventKind),
    InvoicePayment,
    Subscription { was_deleted: bool },
    Charge,
    Refund,
    Dispute,
    Customer,
}

/// How many types we handle.
pub(crate) const HANDLED_TYPES: usize = 22;

/// Every type that we handle. Source: <https://docs.stripe.com/api/events/types>.
const HANDLED: [(&str, Subject); HANDLED_TYPES] = [
    (
        "checkout.session.completed",
        Subject::Session(SessionEventKind::Completed),
    ),
    (
        "checkout.session.async_payment_succeeded",
        Subject::Session(SessionEventKind::AsyncSucceeded),
    ),
    (
        "checkout.session.async_payment_failed",
        Subject::Session(SessionEventKind::AsyncFailed),
    ),
    (
        "checkout.session.expired",
        Subject::Session(SessionEventKind::Expired),
    ),
    ("invoice.paid", Subject::Invoice(InvoiceEventKind::Paid)),
    (
        "invoice.payment_succeeded",
        Subject::Invoice(InvoiceEventKind::Paid),
    ),
    (
        "invoice.payment_failed",
        Subject::Invoice(InvoiceEventKind::PaymentFailed),
    ),
    (
        "invoice.payment_action_required",
        Subject::Invoice(InvoiceEventKind::ActionRequired),
    ),
    ("invoice_payment.paid", Subject::InvoicePayment),
    (
        "customer.subscription.created",
        Subject::Subscription { was_deleted: false },
    ),
    (
        "customer.subscription.updated",
        Subject::Subscription { was_deleted: false },
    ),
    (
        "customer.subscription.deleted",
        Subject::Subscription { was_deleted: true },
    ),
    ("charge.refunded", Subject::Charge),
    ("refund.created", Subject::Refund),
    ("refund.updated", Subject::Refund),
    ("refund.failed", Subject::Refund),
    ("charge.dispute.created", Subject::Dispute),
    ("charge.dispute.updated", Subject::Dispute),
    ("charge.dispute.closed", Subject::Dispute),
    ("charge.dispute.funds_withdrawn", Subject::Dispute),
    ("charge.dispute.funds_reinstated", Subject::Dispute),
    ("customer.deleted", Subject::Customer),
];

/// The types that we handle, as the endpoint must subscribe to them.
pub fn handled_types() -> impl Iterator<Item = &'static str> {
    HANDLED.iter().map(|(event_type, _)| *event_type)
}

impl Subject {
    fn of(event_type: &str) -> Option<Self> {
        let handled = HANDLED.iter().find(|(handled, _)| *handled == event_type);
        handled.map(|(_, subject)| *subject)
    }

    fn read(self, stamp: EventStamp, payload: &Value) -> Result<Fact, ReadError> {
        let data = payload.pointer("/data").ok_or(ReadError::Missing("data"))?;
        let object = data
            .pointer("/object")
            .ok_or(ReadError::Missing("data.object"))?;
        Ok(match self {
            Self::Session(kind) => Fact::Session(session::read(stamp, kind, object)?),
            Self::Invoice(kind) => Fact::Invoice(invoice::read(stamp, kind, object)?),
            Self::InvoicePayment => Fact::InvoicePayment(invoice_payment::read(stamp, object)?),
            Self::Subscription { was_deleted } => {
                Fact::Subscription(subscription::read(stamp, was_deleted, object, data)?)
            }
            Self::Charge => Fact::Charge(reversals::charge(stamp, object)?),
            Self::Refund => Fact::Refund(reversals::refund(stamp, object)?),
            Self::Dispute => Fact::Dispute(reversals::dispute(stamp, object)?),
            Self::Customer => Fact::Customer(CustomerFact {
                stamp,
                customer_id: object_id(object)?,
            }),
        })
    }
}

/// The id of the object that an event is about.
fn object_id(object: &Value) -> Result<String, ReadError> {
    fields::text(object, "/id").ok_or(ReadError::Missing("data.object.id"))
}
