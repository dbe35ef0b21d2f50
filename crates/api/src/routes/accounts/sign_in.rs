//! Registering, signing in and out.

use actix_web::{HttpResponse, post};
use services::accounts;
use services::sessions;
use services::sign_in::{Credentials, sign_in};
use utoipa_actix_web::service_config::ServiceConfig;

use super::bodies::{
    LoginRequest, LogoutRequest, RefreshRequest, RegisterRequest, SignedInResponse, signed_in,
};
use super::refresh_cookie::{self, CookieOnlyForOurPages, CookieParams};
use crate::access::User;
use crate::problem::{Code, Problem};
use crate::request::{Answer, Body, BodyAndParams, Ctx, Guarded};

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
#[utoipa::path(tag = "Auth", operation_id = "register", params(CookieParams),
    request_body = RegisterRequest,
    responses((status = 201, body = SignedInResponse,
                headers(("Set-Cookie" = String, description = "With `cookie=true`: the refresh token."))),
              (status = 403, description = "`untrusted_origin`: a cookie for a page that is not one of ours."),
              (status = 409, description = "`already_exists`: the e-mail is known.")))]
#[post("/auth/register")]
async fn register(
    ctx: Ctx,
    Guarded(CookieOnlyForOurPages, BodyAndParams(body, params)): Guarded<
        CookieOnlyForOurPages,
        BodyAndParams<RegisterRequest, CookieParams>,
    >,
) -> Result<HttpResponse, Problem> {
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
    signed_in(&ctx, signed, params.wants_cookie(), Answer::created_here)
}

/// Sign in
///
/// A wrong password and an unknown e-mail are answered alike. After ten wrong tries for an account
/// from one address within a quarter of an hour, or a hundred from the address within an hour, no
/// password is looked at until `Retry-After` has passed; from another address the right one works.
#[utoipa::path(tag = "Auth", operation_id = "login", params(CookieParams), request_body = LoginRequest,
    responses((status = 200, body = SignedInResponse,
                headers(("Set-Cookie" = String, description = "With `cookie=true`: the refresh token."))),
              (status = 403, description = "`untrusted_origin`: a cookie for a page that is not one of ours."),
              (status = 401, description = "`invalid_credentials`: wrong, or nobody has that e-mail."),
              (status = 429, description = "`rate_limited`: too many wrong tries from this address.")))]
#[post("/auth/login")]
async fn login(
    ctx: Ctx,
    Guarded(CookieOnlyForOurPages, BodyAndParams(body, params)): Guarded<
        CookieOnlyForOurPages,
        BodyAndParams<LoginRequest, CookieParams>,
    >,
) -> Result<HttpResponse, Problem> {
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
    signed_in(&ctx, signed, params.wants_cookie(), Answer::ok)
}

/// Exchange a refresh token
///
/// Gives a new access token and the next refresh token; each refresh token is used once. Asking
/// again within ten seconds gives the same successor, as long as nobody has used that; any other
/// second use ends the session. Without a token in the body that of the cookie is exchanged, and the
/// next one goes there.
#[utoipa::path(tag = "Auth", operation_id = "refresh", request_body = Option<RefreshRequest>,
    responses((status = 200, body = SignedInResponse,
                headers(("Set-Cookie" = String, description = "The next refresh token, if a cookie held this one."))),
              (status = 401, description = "`unauthenticated`: none, unknown, expired or used before."),
              (status = 403, description = "`untrusted_origin`: a cookie from a page that is not one of ours.")))]
#[post("/auth/refresh")]
async fn refresh(ctx: Ctx, Body(body): Body<RefreshRequest>) -> Result<HttpResponse, Problem> {
    let (token, is_of_cookie) = match body.refresh_token {
        Some(token) => (Some(token), false),
        None => (refresh_cookie::token(&ctx)?, true),
    };
    let token = token.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    let secrets = &ctx.state.secrets;
    let signed = sessions::refresh(ctx.db(), &ctx.scope(), secrets, &token).await?;
    signed_in(&ctx, signed, is_of_cookie, Answer::ok)
}

/// Sign out
///
/// Ends the session of the refresh token in the body or the cookie, else that of the access token;
/// `all` ends every session of the user. Their access tokens end with them, and the cookie is cleared.
#[utoipa::path(tag = "Auth", operation_id = "logout", request_body = Option<LogoutRequest>,
    responses((status = 204, description = "Signed out.",
                headers(("Set-Cookie" = String, description = "Clears the cookie, if one was sent."))),
              (status = 403, description = "`untrusted_origin`: a cookie from a page that is not one of ours.")))]
#[post("/auth/logout")]
async fn logout(
    ctx: Ctx,
    Guarded(User(who), Body(body)): Guarded<User, Body<LogoutRequest>>,
) -> Result<HttpResponse, Problem> {
    let of_cookie = match &body.refresh_token {
        Some(_) => None,
        None => refresh_cookie::token(&ctx)?,
    };
    let token = body.refresh_token.as_deref().or(of_cookie.as_deref());
    ctx.write(async |tx| sessions::sign_out(tx, who, token, body.all).await)
        .await?;
    let answer = ctx.answer(&Answer::nothing());
    Ok(match of_cookie {
        Some(_) => refresh_cookie::clear(&ctx, answer),
        None => answer,
    })
}
