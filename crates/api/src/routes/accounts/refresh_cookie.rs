//! The refresh token in a cookie, where no script of a page can read it.
//!
//! A browser sends a cookie along whoever asks, so where it is set or used the page that asks has to
//! be one of ours: `Origin`, which no page can forge, is one of `CSRF_TRUSTED_ORIGINS`. With a bearer
//! token no browser does anything by itself, so nothing else needs this.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use serde::Deserialize;
use services::sessions::REFRESH_LIFETIME;
use utoipa::IntoParams;

use crate::gate::Site;
use crate::problem::{Code, Problem};
use crate::request::{Ctx, Entry};

/// The prefix binds it to this host, this path and https (RFC 6265bis, 4.1.3.2).
const SECURE_NAME: &str = "__Host-refresh";
/// A browser would drop the other one where the API is reached over http, which is allowed on
/// somebody's own machine only.
const PLAIN_NAME: &str = "refresh";

/// Where the refresh token is to go.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CookieParams {
    /// Puts the refresh token into a cookie and leaves it out of the body, for browsers; `Origin` must
    /// be one of `CSRF_TRUSTED_ORIGINS`.
    pub cookie: Option<bool>,
}

impl CookieParams {
    pub(super) fn wants_cookie(&self) -> bool {
        self.cookie.unwrap_or(false)
    }
}

/// Anybody, and for a cookie a page that is ours.
#[derive(Debug)]
pub(super) struct CookieOnlyForOurPages;

impl Entry for CookieOnlyForOurPages {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let mut params = url::form_urlencoded::parse(req.query_string().as_bytes());
        if params.any(|(name, value)| name == "cookie" && value == "true") {
            check_origin(&Ctx::of(req)?)?;
        }
        Ok(Self)
    }
}

/// The refresh token of the request's cookie, if it has one.
///
/// # Errors
/// 403 if it has one, and the page that sends it isn't one of ours.
pub(super) fn token(ctx: &Ctx) -> Result<Option<String>, Problem> {
    let token = find(ctx.headers(), name(&ctx.state.site));
    if token.is_some() {
        check_origin(ctx)?;
    }
    Ok(token)
}

/// Lets the browser keep the token for as long as it is good.
pub(super) fn set(ctx: &Ctx, answer: HttpResponse, token: &str) -> HttpResponse {
    let life = Duration::seconds(REFRESH_LIFETIME.num_seconds());
    with_cookie(ctx, answer, token, life)
}

/// Lets the browser forget it.
pub(super) fn clear(ctx: &Ctx, answer: HttpResponse) -> HttpResponse {
    with_cookie(ctx, answer, "", Duration::ZERO)
}

fn name(site: &Site) -> &'static str {
    if site.has_secure_cookies {
        SECURE_NAME
    } else {
        PLAIN_NAME
    }
}

fn check_origin(ctx: &Ctx) -> Result<(), Problem> {
    let mut origins = ctx.headers().get_all(header::ORIGIN);
    let origin = origins.next().and_then(|origin| origin.to_str().ok());
    let is_ours = origin.is_some_and(|origin| ctx.state.site.csrf_origins.contains(origin));
    // A browser sends one; of several nobody knows which it is.
    if is_ours && origins.next().is_none() {
        Ok(())
    } else {
        Err(Problem::new(Code::UntrustedOrigin))
    }
}

fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let headers = headers.get_all(header::COOKIE);
    let cookies = headers.filter_map(|header| header.to_str().ok());
    cookies
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name && !cookie.value().is_empty())
        .map(|cookie| cookie.value().to_owned())
}

fn with_cookie(ctx: &Ctx, mut answer: HttpResponse, value: &str, life: Duration) -> HttpResponse {
    let site = &ctx.state.site;
    let cookie = Cookie::build((name(site), value))
        .path("/")
        .http_only(true)
        .secure(site.has_secure_cookies)
        .same_site(SameSite::Strict)
        .max_age(life);
    // Tokens are base64url and names are our own, so this is always a header.
    if let Ok(header) = HeaderValue::from_str(&cookie.to_string()) {
        answer.headers_mut().append(header::SET_COOKIE, header);
    }
    answer
}
