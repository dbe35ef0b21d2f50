//! The devices on which somebody is signed in.

use actix_web::{HttpResponse, delete, get};
use chrono::{DateTime, Utc};
use domain::account::Principal;
use persistence::sessions as rows;
use serde::Serialize;
use services::sessions;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::access::{OwnSession, User};
use crate::problem::Problem;
use crate::request::{Answer, Ctx, Guarded, Listing, PageParams, QueryParams};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_own_sessions).service(end_session);
}

/// A device on which somebody is signed in.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "created_at": "2026-11-23T09:00:00Z", "last_used_at": "2026-11-23T09:14:00Z", "is_current": true
}))]
pub struct SessionResponse {
    pub id: Uuid,
    /// What the device said it was when it signed in.
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When it last signed in or exchanged its refresh token.
    pub last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

impl SessionResponse {
    /// As the one who asks sees it.
    #[must_use]
    pub fn seen_by(who: Principal, session: rows::Session) -> Self {
        Self {
            is_current: session.id == who.session_id,
            id: session.id,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
        }
    }
}

/// My devices
///
/// Where I am signed in, newest first.
#[utoipa::path(tag = "Account", operation_id = "list_own_sessions", params(PageParams),
    responses((status = 200, body = Listing<SessionResponse>)))]
#[get("/me/sessions")]
async fn list_own_sessions(
    ctx: Ctx,
    Guarded(User(who), QueryParams(page)): Guarded<User, QueryParams<PageParams>>,
) -> Result<HttpResponse, Problem> {
    let request = page.of("my-sessions")?;
    let live_since = ctx.now() - sessions::REFRESH_LIFETIME;
    let page = rows::list_live(ctx.db(), who.user_id, live_since, &request).await?;
    let page = page.map(|session| SessionResponse::seen_by(who, session));
    Ok(ctx.answer(&Answer::ok(Listing::from(page))))
}

/// Sign a device out
///
/// Its refresh token and its access token are over at once. It may be the one that asks.
#[utoipa::path(tag = "Account", operation_id = "end_session",
    params(("id" = Uuid, Path, description = "The session's id.")),
    responses((status = 204, description = "Signed out.")))]
#[delete("/me/sessions/{id}")]
async fn end_session(
    ctx: Ctx,
    OwnSession { who, session_id }: OwnSession,
) -> Result<HttpResponse, Problem> {
    ctx.write(async |tx| sessions::revoke(tx, who.user_id, session_id).await)
        .await?;
    Ok(ctx.answer(&Answer::nothing()))
}
