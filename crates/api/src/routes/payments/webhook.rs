//! Where Stripe delivers its events.

use actix_web::{HttpRequest, HttpResponse, post};
use domain::text_enum::TextEnum;
use payments::{events, signature};
use persistence::{Actor, Scope};
use serde::Serialize;
use services::webhooks;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::metrics;
use crate::problem::{Code, Problem};
use crate::request::{Answer, Ctx, RawBody};

/// Mounts the route of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(receive_event);
}

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "received": true, "outcome": "applied" }))]
struct ReceiptResponse {
    received: bool,
    /// `applied`, `duplicate`, `stale`, `ignored` or `parked`.
    outcome: &'static str,
}

/// Receive an event of Stripe's
///
/// Signed by Stripe (`Stripe-Signature`), at most 1 MiB. The event and all its effects are
/// committed before the answer; any failure of ours is a 5xx, so that Stripe tries again.
#[utoipa::path(tag = "Payments", operation_id = "receive_stripe_event",
    request_body(content = Object, description = "An event, as Stripe sends it.", example = json!({
        "id": "evt_1", "object": "event", "type": "checkout.session.completed", "livemode": false,
        "created": 1795600000, "data": {"object": {"id": "cs_test_a1", "object": "checkout.session"}}
    })),
    params(("Stripe-Signature" = String, Header, description = "`t=…,v1=…`")),
    responses((status = 200, body = ReceiptResponse),
              (status = 400, description = "`invalid_signature`: missing, too old, or not of this body; `malformed_request`: signed, and no event."),
              (status = 413, description = "`payload_too_large`: more than 1 MiB.")))]
#[post("/payments/webhook")]
async fn receive_event(
    ctx: Ctx,
    req: HttpRequest,
    RawBody(body): RawBody,
) -> Result<HttpResponse, Problem> {
    let header = req
        .headers()
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let now = ctx.now();
    signature::verify(&body, header, &ctx.state.webhook_secrets, now).map_err(|error| {
        log::warn!("a webhook was refused: {error}");
        metrics::stripe_delivery_refused();
        Problem::new(Code::InvalidSignature)
    })?;
    let event = events::read(&body).map_err(|error| {
        log::warn!("a signed webhook could not be read: {error}");
        metrics::stripe_delivery_refused();
        Problem::new(Code::MalformedRequest)
    })?;
    let scope = Scope {
        actor: Actor::Stripe,
        ..ctx.scope()
    };
    let receipt = webhooks::receive(ctx.db(), &scope, &event)
        .await
        .inspect_err(|_| metrics::stripe_delivery_failed())?;
    metrics::stripe_delivery(receipt);
    log::info!(
        event_id = event.id.as_str(),
        event_type = event.event_type.as_str(),
        outcome = receipt.as_str();
        "stripe event"
    );
    Ok(ctx.answer(&Answer::ok(ReceiptResponse {
        received: true,
        outcome: receipt.as_str(),
    })))
}
