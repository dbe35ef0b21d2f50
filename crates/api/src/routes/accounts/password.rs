//! Passwords: changed by who knows the old one, or by who gets mail at the account's address.

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use services::password_change::{self, PasswordChange};
use services::password_reset;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::email::EmailRequest;
use crate::access::User;
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, EmptyBody, Guarded};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(change_password)
        .service(forgot_password)
        .service(reset_password);
}

/// The password and its successor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "current_password": "сова-и-лампа", "new_password": "лампа-и-сова" }))]
pub struct ChangePasswordRequest {
    #[schema(format = Password)]
    pub current_password: String,
    /// Not a common one, not the e-mail.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub new_password: String,
}

impl EmptyBody for ChangePasswordRequest {}

/// A link's token, and the password that is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "token": "kq3Yd0m1TtJrV0gHc2n5", "new_password": "лампа-и-сова" }))]
pub struct ResetPasswordRequest {
    pub token: String,
    /// Not a common one, not the e-mail.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub new_password: String,
}

impl EmptyBody for ResetPasswordRequest {}

/// Change my password
///
/// Ends every session but this one, and links to choose a new password. A wrong current password
/// counts as a wrong try at signing in.
#[utoipa::path(tag = "Auth", operation_id = "change_password", request_body = ChangePasswordRequest,
    responses((status = 204, description = "Changed."),
              (status = 401, description = "`invalid_credentials`: the current password is wrong."),
              (status = 429, description = "`rate_limited`: too many wrong tries from this address.")))]
#[post("/auth/password")]
async fn change_password(
    ctx: Ctx,
    Guarded(User(who), Body(body)): Guarded<User, Body<ChangePasswordRequest>>,
) -> Result<HttpResponse, Problem> {
    let state = &ctx.state;
    let change = PasswordChange {
        current: body.current_password.into(),
        new: body.new_password.into(),
        address: ctx.client_address(),
    };
    let (scope, passwords) = (ctx.scope(), &state.passwords);
    password_change::change(ctx.db(), &scope, passwords, &state.secrets, who, change).await?;
    Ok(ctx.answer(&Answer::nothing()))
}

/// Ask for a new password
///
/// Sends a link to the address if somebody has it: `FRONTEND_URL/reset-password#token=…`, good for an
/// hour and one use, and only the newest. At most five an hour; the answer is always the same.
#[utoipa::path(tag = "Auth", operation_id = "forgot_password", request_body = EmailRequest,
    responses((status = 202, description = "A link is on its way, if somebody has this e-mail.")))]
#[post("/auth/password/forgot")]
async fn forgot_password(
    ctx: Ctx,
    Body(body): Body<EmailRequest>,
) -> Result<HttpResponse, Problem> {
    let secrets = &ctx.state.secrets;
    ctx.write(async |tx| password_reset::request(tx, secrets, &body.email).await)
        .await?;
    Ok(ctx.answer(&Answer::accepted()))
}

/// Choose a new password by a link
///
/// Ends every session of the account. A password that is refused leaves the token good.
#[utoipa::path(tag = "Auth", operation_id = "reset_password", request_body = ResetPasswordRequest,
    responses((status = 204, description = "Changed."),
              (status = 410, description = "`gone`: used, too old, or never given.")))]
#[post("/auth/password/reset")]
async fn reset_password(
    ctx: Ctx,
    Body(body): Body<ResetPasswordRequest>,
) -> Result<HttpResponse, Problem> {
    let (scope, passwords) = (ctx.scope(), &ctx.state.passwords);
    let new = body.new_password.into();
    password_reset::reset(ctx.db(), &scope, passwords, &body.token, new).await?;
    Ok(ctx.answer(&Answer::nothing()))
}
