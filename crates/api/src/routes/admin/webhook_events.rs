//! Stripe's events: what came, what became of each, and once more.

use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use payments::masking::masked;
use persistence::webhook_events::{self, WebhookEvent};
use serde::{Deserialize, Serialize};
use services::reconcile;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::chosen;
use crate::access::{Admin, AnyWebhookEvent};
use crate::problem::{Code, Problem};
use crate::request::{
    Answer, Body, Ctx, Guarded, Listing, NoBody, QueryParams, list_by, page_request,
};

/// Mounts the routes of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_webhook_events)
        .service(get_webhook_event)
        .service(replay_webhook_event);
}

/// An event and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "event_id": "evt_1PqK", "type": "charge.refunded",
    "api_version": "2025-03-31.basil", "created": "2026-11-23T09:00:00Z", "livemode": false,
    "outcome": "parked", "reason": "waiting", "explanation": "its payment is not known yet",
    "received_at": "2026-11-23T09:00:01Z", "processed_at": "2026-11-23T09:00:01Z",
    "resolved_at": null, "resolution": null, "alerted_at": null
}))]
struct WebhookEventResponse {
    id: Uuid,
    /// Stripe's own: what its dashboard and `tutors stripe` know it by.
    event_id: String,
    r#type: String,
    api_version: Option<String>,
    /// When Stripe made it.
    created: DateTime<Utc>,
    livemode: bool,
    /// `applied`, `stale`, `ignored` or `parked`.
    outcome: String,
    /// Why it is parked: `waiting`, `mismatch`, `customer_conflict` or `other_mode`.
    reason: Option<String>,
    explanation: Option<String>,
    received_at: DateTime<Utc>,
    processed_at: DateTime<Utc>,
    /// When it stopped to be parked, and what a person noted about it.
    resolved_at: Option<DateTime<Utc>>,
    resolution: Option<String>,
    /// When a person was called to it.
    alerted_at: Option<DateTime<Utc>>,
}

impl From<&WebhookEvent> for WebhookEventResponse {
    fn from(event: &WebhookEvent) -> Self {
        Self {
            id: event.id,
            event_id: event.event_id.clone(),
            r#type: event.event_type.clone(),
            api_version: event.api_version.clone(),
            created: event.created,
            livemode: event.livemode,
            outcome: event.outcome.to_string(),
            reason: event.reason.map(|reason| reason.to_string()),
            explanation: event.explanation.clone(),
            received_at: event.received_at,
            processed_at: event.processed_at,
            resolved_at: event.resolved_at,
            resolution: event.resolution.clone(),
            alerted_at: event.alerted_at,
        }
    }
}

/// An event with what it says.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookEventDetailResponse {
    #[serde(flatten)]
    event: WebhookEventResponse,
    /// As Stripe sent it, except that names, e-mails, phones, addresses and links of persons are
    /// `"…"`: ids, amounts and times are what it takes to resolve it, the rest is in Stripe's
    /// dashboard.
    #[schema(value_type = Object, example = json!({ "id": "evt_1PqK", "object": "event" }))]
    payload: serde_json::Value,
}

/// Which events to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WebhookEventParams {
    /// `applied`, `stale`, `ignored` or `parked`; all if left out.
    #[param(example = "parked")]
    outcome: Option<String>,
    /// 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Stripe's events
///
/// The last that was delivered first.
#[utoipa::path(tag = "Administration", operation_id = "admin_list_webhook_events",
    params(WebhookEventParams),
    responses((status = 200, body = Listing<WebhookEventResponse>)))]
#[get("/admin/webhook-events")]
async fn list_webhook_events(
    ctx: Ctx,
    Guarded(Admin(_who), QueryParams(params)): Guarded<Admin, QueryParams<WebhookEventParams>>,
) -> Result<HttpResponse, Problem> {
    let outcome = chosen("outcome", params.outcome.as_deref())?;
    let list = list_by("admin-webhook-events", &outcome);
    let page = page_request(&list, params.limit, params.cursor.as_deref())?;
    let page = webhook_events::list_newest(ctx.db(), outcome, &page).await?;
    let page = page.map(|event| WebhookEventResponse::from(&event));
    Ok(ctx.answer(&Answer::ok(Listing::from(page))))
}

/// One of Stripe's events
///
/// With what it says, without what it says of persons.
#[utoipa::path(tag = "Administration", operation_id = "admin_get_webhook_event",
    params(("id" = Uuid, Path, description = "Our id of it, as the list has it.")),
    responses((status = 200, body = WebhookEventDetailResponse)))]
#[get("/admin/webhook-events/{id}")]
async fn get_webhook_event(
    ctx: Ctx,
    AnyWebhookEvent(event): AnyWebhookEvent,
) -> Result<HttpResponse, Problem> {
    Ok(ctx.answer(&Answer::ok(WebhookEventDetailResponse {
        event: WebhookEventResponse::from(&event),
        payload: masked(event.payload),
    })))
}

/// Settle an event again
///
/// From what is stored of it, whatever had become of it: what `tutors stripe replay` does. Money
/// moves only where a fact had not been counted before.
#[utoipa::path(tag = "Administration", operation_id = "admin_replay_webhook_event",
    params(("id" = Uuid, Path, description = "Our id of it, as the list has it.")),
    request_body = Option<NoBody>,
    responses((status = 200, body = WebhookEventResponse),
              (status = 502, description = "`upstream_failed`: Stripe refused."),
              (status = 503, description = "`unavailable`: Stripe doesn't answer; see `Retry-After`.")))]
#[post("/admin/webhook-events/{id}/replay")]
async fn replay_webhook_event(
    ctx: Ctx,
    Guarded(AnyWebhookEvent(event), Body(NoBody {})): Guarded<AnyWebhookEvent, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    let stripe = &ctx.state.checkout.stripe;
    reconcile::replay(ctx.db(), &ctx.scope(), stripe, &event.event_id).await?;
    let settled = webhook_events::find_by_id(ctx.db(), event.id).await?;
    let settled = settled.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(ctx.answer(&Answer::ok(WebhookEventResponse::from(&settled))))
}
