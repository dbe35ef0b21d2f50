//! Reads a Checkout Session.
//! Source: <https://docs.stripe.com/api/checkout/sessions/object>.

use domain::stripe_facts::{CheckoutMetadata, EventStamp, SessionEventKind, SessionFact};
use serde_json::Value;

use super::{ReadError, fields, object_id};

/// # Errors
/// A session without an id.
pub(super) fn read(
    stamp: EventStamp,
    kind: SessionEventKind,
    session: &Value,
) -> Result<SessionFact, ReadError> {
    Ok(SessionFact {
        stamp,
        kind,
        session_id: object_id(session)?,
        mode: fields::text(session, "/mode"),
        payment_status: fields::text(session, "/payment_status"),
        amount_total: fields::integer(session, "/amount_total"),
        currency: fields::currency(session, "/currency"),
        customer_id: fields::id(session, "/customer"),
        subscription_id: fields::id(session, "/subscription"),
        invoice_id: fields::id(session, "/invoice"),
        payment_intent_id: fields::id(session, "/payment_intent"),
        client_reference_id: fields::text(session, "/client_reference_id"),
        metadata: CheckoutMetadata {
            purpose: fields::text(session, "/metadata/type"),
            user_id: fields::text(session, "/metadata/user_id"),
            tutor_profile_id: fields::text(session, "/metadata/tutor_profile_id"),
            booking_id: fields::text(session, "/metadata/booking_id"),
            payment_id: fields::text(session, "/metadata/payment_id"),
        },
    })
}
