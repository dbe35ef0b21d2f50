//! Registering, signing in and out.

use actix_web::{HttpResponse, post};
use services::accounts;
use services::sessions;
use services::sign_in::{Credentials, sign_in};
use utoipa_actix_web::service_config::ServiceConfig;

use super::bodies::{
    LoginRequest, LogoutRequest, RefreshRequest, RegisterRequest, SignedInResponse, signed_in,
};
use crate::access::User;
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, Guarded};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(register)
        .service(login)
        .service(refresh)
        .service(logout);
}

/// Register
///
/// Makes an account of a student or a tutor and signs it in. Administrators are made by the
/// command line only.
#[utoipa::path(tag = "Auth", operation_id = "register", request_body = RegisterRequest,
    responses((status = 201, body = SignedInResponse),
              (status = 409, description = "`already_exists`: the e-mail is known.")))]
#[post("/auth/register")]
async fn register(ctx: Ctx, Body(body): Body<RegisterRequest>) -> Result<HttpResponse, Problem> {
    let state = &ctx.state;
    let signed = accounts::register(
        ctx.db(),
        &ctx.scope(),
        &state.passwords,
        &state.secrets,
        body.into(),
        ctx.user_agent(),
    )
    .await?;
    Ok(ctx.answer(&Answer::created_here(signed_in(&ctx, signed)?)))
}

/// Sign in
///
/// A wrong password and an unknown e-mail are answered alike. After ten wrong tries for an account
/// from one address within a quarter of an hour, or a hundred from the address within an hour, no
/// password is looked at until `Retry-After` has passed; from another address the right one works.
#[utoipa::path(tag = "Auth", operation_id = "login", request_body = LoginRequest,
    responses((status = 200, body = SignedInResponse),
              (status = 401, description = "`invalid_credentials`: wrong, or nobody has that e-mail."),
              (status = 429, description = "`rate_limited`: too many wrong tries from this address.")))]
#[post("/auth/login")]
async fn login(ctx: Ctx, Body(body): Body<LoginRequest>) -> Result<HttpResponse, Problem> {
    let state = &ctx.state;
    let signed = sign_in(
        ctx.db(),
        &ctx.scope(),
        &state.passwords,
        &state.secrets,
        Credentials {
            email: &body.email,
            password: body.password.into(),
            address: ctx.client_address(),
            user_agent: ctx.user_agent(),
        },
    )
    .await?;
    Ok(ctx.answer(&Answer::ok(signed_in(&ctx, signed)?)))
}

/// Exchange a refresh token
///
/// Gives a new access token and the next refresh token; each refresh token is used once. Asking
/// again within ten seconds gives the same successor, as long as nobody has used that; any other
/// second use ends the session.
#[utoipa::path(tag = "Auth", operation_id = "refresh", request_body = RefreshRequest,
    responses((status = 200, body = SignedInResponse),
              (status = 401, description = "`unauthenticated`: unknown, expired or used before.")))]
#[post("/auth/refresh")]
async fn refresh(ctx: Ctx, Body(body): Body<RefreshRequest>) -> Result<HttpResponse, Problem> {
    let signed = sessions::refresh(
        ctx.db(),
        &ctx.scope(),
        &ctx.state.secrets,
        &body.refresh_token,
    )
    .await?;
    Ok(ctx.answer(&Answer::ok(signed_in(&ctx, signed)?)))
}

/// Sign out
///
/// Ends the session of the refresh token, else that of the access token; `all` ends every session
/// of the user. Their access tokens end with them.
#[utoipa::path(tag = "Auth", operation_id = "logout", request_body = Option<LogoutRequest>,
    responses((status = 204, description = "Signed out.")), security(("bearer" = [])))]
#[post("/auth/logout")]
async fn logout(
    ctx: Ctx,
    Guarded(User(who), Body(body)): Guarded<User, Body<LogoutRequest>>,
) -> Result<HttpResponse, Problem> {
    ctx.write(async |tx| {
        sessions::sign_out(tx, who, body.refresh_token.as_deref(), body.all).await
    })
    .await?;
    Ok(ctx.answer(&Answer::nothing()))
}
