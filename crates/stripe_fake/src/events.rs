//! Events: the envelope (<https://docs.stripe.com/api/events/object>) and the list, newest first.

use actix_web::{HttpResponse, get, web};
use serde_json::{Value, json};

use crate::{api_error::ApiError, api_request::ApiRequest, pages, params::Params, state::State};

/// The version whose shapes the objects have: after 2025-03-31, when a subscription's period moved
/// to its items and an invoice's subscription to its parent.
pub const API_VERSION: &str = "2025-06-30.basil";

/// <https://docs.stripe.com/api/events/list#list_events-types>.
const MOST_TYPES: usize = 20;

/// The API request behind an event; both are null when the payer or time did it.
#[derive(Debug, Clone, Default)]
pub struct Cause {
    pub request_id: Option<String>,
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub kind: &'static str,
    pub created: i64,
    /// The object as it was then.
    pub object: Value,
    /// What changed, as it was before; only where Stripe tells.
    pub previous_attributes: Option<Value>,
    pub cause: Cause,
    pub delivered: bool,
}

impl Event {
    pub fn render(&self) -> Value {
        let data = match &self.previous_attributes {
            None => json!({"object": self.object}),
            Some(previous) => json!({"object": self.object, "previous_attributes": previous}),
        };
        json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": data,
            "livemode": false,
            "pending_webhooks": i32::from(!self.delivered),
            "request": {
                "id": self.cause.request_id,
                "idempotency_key": self.cause.idempotency_key,
            },
            "type": self.kind,
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(list).service(retrieve);
}

/// <https://docs.stripe.com/api/events/list>.
#[get("/events")]
async fn list(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.read(|state, params| find_page(state, &params))
}

/// <https://docs.stripe.com/api/events/retrieve>.
#[get("/events/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let event = state
            .find_event(&id)
            .ok_or_else(|| ApiError::no_such("event", &id))?;
        Ok(event.render())
    })
}

fn find_page(state: &State, params: &Params<'_>) -> Result<Value, ApiError> {
    let filter = Filter::read(params)?;
    // Where a page begins does not depend on the filter, so that a client may change it.
    let after = params.text("starting_after")?;
    let newest_first = state.events.iter().rev();
    let found = newest_first
        .filter(|event| filter.takes(event) || after == Some(event.id.as_str()))
        .map(|event| (event.id.as_str(), event));
    pages::render("/v1/events", "event", found, params, Event::render)
}

struct Filter<'a> {
    /// Inclusive.
    from: i64,
    /// Inclusive.
    to: i64,
    kinds: Vec<&'a str>,
}

impl<'a> Filter<'a> {
    fn read(params: &Params<'a>) -> Result<Self, ApiError> {
        let mut filter = Self {
            from: i64::MIN,
            to: i64::MAX,
            kinds: params.texts("types"),
        };
        filter.kinds.extend(params.text("type")?);
        if filter.kinds.len() > MOST_TYPES {
            return Err(ApiError::invalid("You may list at most 20 event types."));
        }
        let created = params.section("created");
        if params.has("created") && !created.is_group() {
            let exact = params.required_integer("created")?;
            return Ok(Self {
                from: exact,
                to: exact,
                ..filter
            });
        }
        let bounds = [
            (
                created.integer("gt")?.map(|gt| gt.saturating_add(1)),
                created.integer("gte")?,
            ),
            (
                created.integer("lt")?.map(|lt| lt.saturating_sub(1)),
                created.integer("lte")?,
            ),
        ];
        let [(after, at_least), (until, at_most)] = bounds;
        filter.from = after
            .into_iter()
            .chain(at_least)
            .fold(filter.from, i64::max);
        filter.to = until.into_iter().chain(at_most).fold(filter.to, i64::min);
        Ok(filter)
    }

    fn takes(&self, event: &Event) -> bool {
        (self.from..=self.to).contains(&event.created)
            && (self.kinds.is_empty() || self.kinds.contains(&event.kind))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::form;

    fn log_of_three() -> State {
        let mut state = State::default();
        for kind in ["a", "b", "c"] {
            state.emit(kind, json!({"id": kind}), &Cause::default());
            state.clock.advance(Duration::from_secs(100));
        }
        state
    }

    fn page(state: &State, query: &str) -> (Vec<String>, bool) {
        let query = form::parse(query.as_bytes()).unwrap();
        let page = find_page(state, &Params::root(&query)).unwrap();
        let data = page["data"].as_array().unwrap();
        let kinds = data
            .iter()
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect();
        (kinds, page["has_more"].as_bool().unwrap())
    }

    fn owned(kinds: &[&str]) -> Vec<String> {
        kinds.iter().map(|kind| (*kind).to_owned()).collect()
    }

    #[test]
    fn pages_run_from_the_newest_to_the_oldest() {
        let state = log_of_three();
        assert_eq!(page(&state, "limit=2"), (owned(&["c", "b"]), true));
        let second = format!("limit=2&starting_after={}", state.events[1].id);
        assert_eq!(page(&state, &second), (owned(&["a"]), false));
    }

    #[test]
    fn created_bounds_and_types_select() {
        let state = log_of_three();
        let middle = state.events[1].created;
        assert_eq!(
            page(&state, &format!("created[gt]={middle}")).0,
            owned(&["c"])
        );
        assert_eq!(
            page(&state, &format!("created[gte]={middle}")).0,
            owned(&["c", "b"])
        );
        assert_eq!(page(&state, &format!("created={middle}")).0, owned(&["b"]));
        assert_eq!(page(&state, "types[]=a&types[]=c").0, owned(&["c", "a"]));
    }
}
