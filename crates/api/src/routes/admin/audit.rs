//! The audit trail: who did what to what.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use persistence::audit::{self, AuditEvent, AuditFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::access::Admin;
use crate::problem::Problem;
use crate::request::{Answer, Ctx, Guarded, Listing, QueryParams, list_by, page_request};

/// Mounts the route of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_events);
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "at": "2026-11-23T09:00:00Z",
    "actor_kind": "user", "actor_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d",
    "action": "tutor.hidden", "object_type": "tutor_profile",
    "object_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2e", "before": {"is_hidden": false},
    "after": {"is_hidden": true}, "request_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2f"
}))]
struct AuditEventResponse {
    id: Uuid,
    at: DateTime<Utc>,
    /// `user`, `stripe`, `job`, `command` or `seed`.
    actor_kind: String,
    /// Whose doing it was, if a person's.
    actor_id: Option<Uuid>,
    action: String,
    object_type: String,
    object_id: String,
    #[schema(value_type = Option<Object>)]
    before: Option<serde_json::Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<serde_json::Value>,
    /// On which request: its `X-Request-Id`, unless that could be an address, a number or a key; then an
    /// id of ours.
    request_id: Option<String>,
}

impl From<AuditEvent> for AuditEventResponse {
    fn from(event: AuditEvent) -> Self {
        Self {
            id: event.id,
            at: event.at,
            actor_kind: event.actor_kind,
            actor_id: event.actor_id,
            action: event.action,
            object_type: event.object_type,
            object_id: event.object_id,
            before: event.before,
            after: event.after,
            request_id: event.request_id,
        }
    }
}

/// Which part of the trail to read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditParams {
    /// A user's id.
    actor_id: Option<Uuid>,
    #[param(example = "tutor.hidden")]
    action: Option<String>,
    #[param(example = "tutor_profile")]
    object_type: Option<String>,
    object_id: Option<String>,
    /// From this time on.
    from: Option<DateTime<Utc>>,
    /// Before this time.
    to: Option<DateTime<Utc>>,
    /// 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The audit trail
///
/// Newest first, narrowed by all filters that are given. Nothing in it is ever changed or removed.
#[utoipa::path(tag = "Administration", operation_id = "admin_list_audit_events",
    params(AuditParams),
    responses((status = 200, body = Listing<AuditEventResponse>)))]
#[get("/admin/audit")]
async fn list_audit_events(
    ctx: Ctx,
    Guarded(Admin(_who), QueryParams(params)): Guarded<Admin, QueryParams<AuditParams>>,
) -> Result<HttpResponse, Problem> {
    let filter = AuditFilter {
        actor_id: params.actor_id,
        action: params.action,
        object_type: params.object_type,
        object_id: params.object_id,
        from: params.from,
        to: params.to,
    };
    let list = list_by("admin-audit", &filter);
    let page = page_request(&list, params.limit, params.cursor.as_deref())?;
    let page = audit::list(ctx.db(), &filter, &page).await?;
    Ok(ctx.answer(&Answer::ok(Listing::from(
        page.map(AuditEventResponse::from),
    ))))
}
