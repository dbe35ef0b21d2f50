//! Whether an account's e-mail address is its owner's.

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use services::email_verification;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, EmptyBody};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(verify_email).service(resend_verification);
}

/// An e-mail address that may be somebody's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "anna@example.org" }))]
pub struct EmailRequest {
    pub email: String,
}

impl EmptyBody for EmailRequest {}

/// A link's token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "token": "kq3Yd0m1TtJrV0gHc2n5" }))]
pub struct VerifyEmailRequest {
    pub token: String,
}

impl EmptyBody for VerifyEmailRequest {}

/// Confirm an e-mail address
///
/// Takes the token of the link that was sent there: `FRONTEND_URL/verify-email#token=…`, good for
/// three days and one use, and only the newest.
#[utoipa::path(tag = "Auth", operation_id = "verify_email", request_body = VerifyEmailRequest,
    responses((status = 204, description = "Confirmed."),
              (status = 410, description = "`gone`: used, too old, or never given.")))]
#[post("/auth/verify-email")]
async fn verify_email(
    ctx: Ctx,
    Body(body): Body<VerifyEmailRequest>,
) -> Result<HttpResponse, Problem> {
    ctx.write(async |tx| email_verification::verify(tx, &body.token).await)
        .await?;
    Ok(ctx.answer(&Answer::nothing()))
}

/// Ask for another link
///
/// Sends one to the address if somebody has it and has not confirmed it. At most five an hour; the
/// answer is always the same.
#[utoipa::path(tag = "Auth", operation_id = "resend_verification", request_body = EmailRequest,
    responses((status = 202, description = "A link is on its way, if there is anything to confirm.")))]
#[post("/auth/verify-email/resend")]
async fn resend_verification(
    ctx: Ctx,
    Body(body): Body<EmailRequest>,
) -> Result<HttpResponse, Problem> {
    let secrets = &ctx.state.secrets;
    ctx.write(async |tx| email_verification::request(tx, secrets, &body.email).await)
        .await?;
    Ok(ctx.answer(&Answer::accepted()))
}
