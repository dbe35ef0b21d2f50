//! The operations listener: whether the process lives, whether it can serve, and what it counts.

use std::time::Duration;

use actix_web::rt::time::timeout;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpResponse, Responder};
use domain::text_enum::TextEnum;
use ml::CircuitState;
use serde_json::json;
use services::{error_chain, jobs};

use crate::metrics::Metrics;
use crate::state::AppState;

/// Mounts what the operations listener answers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/livez", get().to(livez))
        .route("/readyz", get().to(readyz))
        .route("/metrics", get().to(metrics));
}

async fn livez() -> impl Responder {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Without its database the server can't serve. Without a model it does, by rules: degraded is ready.
async fn readyz(state: Data<AppState>) -> impl Responder {
    let circuit = state.external.circuit();
    let openai = circuit.map_or("off", TextEnum::as_str);
    if let Err(error) = state.db.ping().await {
        log::warn!("not ready: {error}");
        return HttpResponse::ServiceUnavailable().json(json!({
            "status": "unavailable", "database": "unavailable", "openai": openai,
        }));
    }
    let status = match circuit {
        None | Some(CircuitState::Closed) => "ok",
        Some(CircuitState::Open | CircuitState::HalfOpen) => "degraded",
    };
    HttpResponse::Ok().json(json!({ "status": status, "database": "ok", "openai": openai }))
}

/// How long a scrape waits for the database: what this process counts by itself is told without it.
const BACKLOG_TIMEOUT: Duration = Duration::from_secs(2);

/// In Prometheus' text format, since this process started.
async fn metrics(state: Data<AppState>, metrics: Data<Metrics>) -> impl Responder {
    match timeout(BACKLOG_TIMEOUT, jobs::backlog(&state.db)).await {
        Ok(Ok(backlog)) => crate::metrics::backlog(backlog),
        Ok(Err(error)) => log::warn!("the jobs could not be counted: {}", error_chain(&error)),
        Err(_) => log::warn!("the jobs could not be counted in time"),
    }
    state.external.report();
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(metrics.render())
}
