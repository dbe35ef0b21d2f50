//! The operations listener: whether the process lives, and whether it can serve.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpResponse, Responder};

use crate::state::AppState;

/// Mounts what the operations listener answers.
pub fn mount(config: &mut ServiceConfig) {
    config
        .route("/livez", get().to(livez))
        .route("/readyz", get().to(readyz));
}

async fn livez() -> impl Responder {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

async fn readyz(state: Data<AppState>) -> impl Responder {
    match state.db.ping().await {
        Ok(()) => HttpResponse::Ok().json(serde_json::json!({ "status": "ok", "database": "ok" })),
        Err(error) => {
            log::warn!("not ready: {error}");
            HttpResponse::ServiceUnavailable()
                .json(serde_json::json!({ "status": "unavailable", "database": "unavailable" }))
        }
    }
}
