//! One's own data.

use actix_web::{HttpResponse, get, patch};
use chrono::{DateTime, Utc};
use domain::text_enum::TextEnum;
use persistence::users;
use serde::{Deserialize, Serialize};
use services::accounts::{self, AccountPatch};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::access::User;
use crate::problem::{Code, Problem};
use crate::request::{Answer, Body, Ctx, EmptyBody, Guarded, given};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(get_me).service(update_me);
}

/// My account
///
/// The data of the person signed in.
#[utoipa::path(tag = "Account", operation_id = "get_me",
    responses((status = 200, body = MeResponse)))]
#[get("/me")]
async fn get_me(ctx: Ctx, User(who): User) -> Result<HttpResponse, Problem> {
    let user = users::find(ctx.db(), who.user_id)
        .await?
        .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    Ok(ctx.answer(&Answer::ok(MeResponse::from(user))))
}

/// Change my account
///
/// Fields that are left out stay as they are; `"phone": null` removes the number.
#[utoipa::path(tag = "Account", operation_id = "update_me", request_body = UpdateMeRequest,
    responses((status = 200, body = MeResponse)))]
#[patch("/me")]
async fn update_me(
    ctx: Ctx,
    Guarded(User(who), Body(body)): Guarded<User, Body<UpdateMeRequest>>,
) -> Result<HttpResponse, Problem> {
    let patch = body.into();
    let user = ctx
        .write(async |tx| accounts::update(tx, who.user_id, &patch).await)
        .await?;
    Ok(ctx.answer(&Answer::ok(MeResponse::from(user))))
}

/// One's own account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "email": "anna@example.org", "role": "student",
    "first_name": "Анна", "last_name": "Иванова", "phone": null, "time_zone": "Europe/Moscow",
    "locale": "ru", "is_verified": false, "created_at": "2026-11-23T09:00:00Z"
}))]
pub struct MeResponse {
    pub id: Uuid,
    pub email: String,
    pub role: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub time_zone: String,
    pub locale: String,
    pub is_verified: bool,
    pub created_at: DateTime<Utc>,
}

impl From<users::User> for MeResponse {
    fn from(user: users::User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            role: user.role.as_str().to_owned(),
            first_name: user.first_name,
            last_name: user.last_name,
            phone: user.phone,
            time_zone: user.time_zone,
            locale: user.locale.as_str().to_owned(),
            is_verified: user.is_verified,
            created_at: user.created_at,
        }
    }
}

/// What of one's own account to change.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "phone": "+79161234567", "time_zone": "Asia/Yekaterinburg" }))]
pub struct UpdateMeRequest {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub last_name: Option<String>,
    /// E.164; `null` removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub time_zone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub locale: Option<String>,
}

impl EmptyBody for UpdateMeRequest {}

impl From<UpdateMeRequest> for AccountPatch {
    fn from(body: UpdateMeRequest) -> Self {
        Self {
            first_name: body.first_name,
            last_name: body.last_name,
            phone: body.phone,
            time_zone: body.time_zone,
            locale: body.locale,
        }
    }
}
