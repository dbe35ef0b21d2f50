//! What has happened at Stripe, asked instead of told: for events that never arrived.
//! Source: <https://docs.stripe.com/api/events/list>. Stripe keeps events for 30 days.

use chrono::{DateTime, Utc};
use serde_json::{Value, json as literal};
use stripe::RequestStrategy;

use crate::client::Stripe;
use crate::error::ProviderError;
use crate::events::{HANDLED_TYPES, fields, handled_types};
use crate::raw::{Raw, json, path_id};

/// As many types as Stripe lists events of at once.
const TYPES_AT_ONCE: usize = 20;

/// How many lists it takes to see the events of all types that we handle.
pub const EVENT_LISTS: usize = HANDLED_TYPES.div_ceil(TYPES_AT_ONCE);

/// Some events, newest first, as a webhook would have brought them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventPage {
    pub events: Vec<Value>,
    /// The event to go on after; `None` on the last page.
    pub next: Option<String>,
}

impl Stripe {
    /// Lists the events of the types that we handle, made at `since` or later: one of the
    /// [`EVENT_LISTS`] that they take.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn list_events(
        &self,
        list: usize,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<EventPage, ProviderError> {
        let nth = list;
        let mut list = Raw::get("/events")
            .with("limit", "100")
            .with("created[gte]", since.timestamp().to_string());
        let types = handled_types()
            .skip(nth * TYPES_AT_ONCE)
            .take(TYPES_AT_ONCE);
        for (nth, event_type) in types.enumerate() {
            list = list.with(format!("types[{nth}]"), event_type);
        }
        if let Some(after) = after {
            list = list.with("starting_after", after);
        }
        let answer = self
            .send("list_events", &list, RequestStrategy::Once)
            .await?;
        let answer = json(&answer)?;
        let events: Vec<Value> = fields::list(&answer, "/data").cloned().collect();
        let has_more = fields::flag(&answer, "/has_more") == Some(true);
        let last = events.last().and_then(|event| fields::text(event, "/id"));
        Ok(EventPage {
            next: last.filter(|_| has_more),
            events,
        })
    }

    /// One event.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn event(&self, event_id: &str) -> Result<Value, ProviderError> {
        let retrieve = Raw::get(format!("/events/{}", path_id(event_id)?));
        let answer = self.send("event", &retrieve, RequestStrategy::Once).await?;
        json(&answer)
    }

    /// Which invoices a payment intent has paid, told in the form of the events that would have
    /// said so: since 2025-03-31 neither of the two names the other.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn invoice_payments_of(
        &self,
        payment_intent_id: &str,
        livemode: bool,
        now: DateTime<Utc>,
    ) -> Result<Vec<Value>, ProviderError> {
        let list = Raw::get("/invoice_payments")
            .with("payment[type]", "payment_intent")
            .with("payment[payment_intent]", payment_intent_id)
            .with("status", "paid");
        let answer = self
            .send("invoice_payments_of", &list, RequestStrategy::Once)
            .await?;
        let answer = json(&answer)?;
        let told = fields::list(&answer, "/data").filter_map(|payment| {
            let id = fields::text(payment, "/id")?;
            Some(literal!({
                // No event of Stripe's begins so.
                "id": format!("asked_{id}"),
                "object": "event",
                "type": "invoice_payment.paid",
                "created": fields::integer(payment, "/created").unwrap_or(now.timestamp()),
                "livemode": livemode,
                "data": { "object": payment },
            }))
        });
        Ok(told.collect())
    }
}
