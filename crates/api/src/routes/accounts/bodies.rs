//! What registering, signing in and signing out take and give.

use actix_web::HttpResponse;
use domain::account::Principal;
use domain::registration::{Consent, RegistrationDraft};
use serde::{Deserialize, Serialize};
use services::sessions::SignedIn;
use utoipa::ToSchema;

use super::me::MeResponse;
use super::refresh_cookie;
use crate::problem::Problem;
use crate::request::{Answer, Ctx, EmptyBody, Object};

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "anna@example.org", "password": "сова-и-лампа", "role": "student",
    "first_name": "Анна", "last_name": "Иванова"
}))]
pub struct RegisterRequest {
    #[schema(format = Email)]
    pub email: String,
    /// Not a common one, not the e-mail.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub password: String,
    /// `student` or `tutor`.
    pub role: String,
    #[schema(min_length = 1, max_length = 100)]
    pub first_name: String,
    #[schema(min_length = 1, max_length = 100)]
    pub last_name: String,
    /// IANA; `Europe/Moscow` if left out.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// `ru` or `en`.
    #[serde(default)]
    pub locale: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<ConsentRequest>>, max_items = 20)]
    pub consents: Option<Vec<Object<ConsentRequest>>>,
}

/// A text that was agreed to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentRequest {
    #[schema(min_length = 1, max_length = 100)]
    pub kind: String,
    #[schema(min_length = 1, max_length = 100)]
    pub text_version: String,
}

impl EmptyBody for RegisterRequest {}

impl From<RegisterRequest> for RegistrationDraft {
    fn from(body: RegisterRequest) -> Self {
        Self {
            email: body.email,
            password: body.password.into(),
            role: body.role,
            first_name: body.first_name,
            last_name: body.last_name,
            time_zone: body.time_zone,
            locale: body.locale,
            consents: body
                .consents
                .unwrap_or_default()
                .into_iter()
                .map(|Object(consent)| Consent {
                    kind: consent.kind,
                    text_version: consent.text_version,
                })
                .collect(),
        }
    }
}

/// E-mail and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "anna@example.org", "password": "сова-и-лампа" }))]
pub struct LoginRequest {
    pub email: String,
    #[schema(format = Password)]
    pub password: String,
}

impl EmptyBody for LoginRequest {}

/// A refresh token; without one that of the cookie.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "refresh_token": "kq3Yd0m1TtJrV0gHc2n5" }))]
pub struct RefreshRequest {
    #[serde(default)]
    pub refresh_token: Option<String>,
}

impl EmptyBody for RefreshRequest {
    const ALLOWED: bool = true;
}

/// Which session to end.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "all": true }))]
pub struct LogoutRequest {
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// All devices.
    #[serde(default)]
    pub all: bool,
}

impl EmptyBody for LogoutRequest {
    const ALLOWED: bool = true;
}

/// Somebody signed in.
#[derive(Serialize, ToSchema)]
pub struct SignedInResponse {
    pub user: MeResponse,
    /// Send it as `Authorization: Bearer`.
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTkzIn0.kq3x")]
    pub access_token: String,
    /// Shown once; exchange it for the next before the access token ends. Left out where it is in the
    /// cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kq3Yd0m1TtJrV0gHc2n5", nullable = false)]
    pub refresh_token: Option<String>,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 900)]
    pub expires_in: i64,
}

/// Answers somebody who has signed in; the refresh token goes into the body or into the cookie.
///
/// # Errors
/// The access token can't be signed.
pub(super) fn signed_in(
    ctx: &Ctx,
    signed: SignedIn,
    into_cookie: bool,
    answer: impl FnOnce(SignedInResponse) -> Answer<SignedInResponse>,
) -> Result<HttpResponse, Problem> {
    let token = signed.refresh_token.clone();
    let mut body = body_of(ctx, signed)?;
    if !into_cookie {
        return Ok(ctx.answer(&answer(body)));
    }
    body.refresh_token = None;
    Ok(refresh_cookie::set(ctx, ctx.answer(&answer(body)), &token))
}

fn body_of(ctx: &Ctx, signed: SignedIn) -> Result<SignedInResponse, Problem> {
    let tokens = &ctx.state.tokens;
    let who = Principal {
        user_id: signed.user.id,
        role: *signed.user.role,
        session_id: signed.session_id,
    };
    Ok(SignedInResponse {
        access_token: tokens.issue(who, ctx.now())?,
        refresh_token: Some(signed.refresh_token),
        token_type: "Bearer",
        expires_in: tokens.lifetime(),
        user: signed.user.into(),
    })
}
