//! Who is calling.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpMessage, HttpRequest};
use domain::account::{Principal, Role};
use domain::payment::PaymentType;
use domain::text_enum::TextEnum;
use persistence::sessions;

use crate::problem::{Code, Problem};
use crate::request::{Ctx, Entry, from_request_by_entry};

/// Anybody signed in.
#[derive(Debug, Clone, Copy)]
pub struct User(pub Principal);

/// A student.
#[derive(Debug, Clone, Copy)]
pub struct Student(pub Principal);

/// A tutor, with or without a profile.
#[derive(Debug, Clone, Copy)]
pub struct Tutor(pub Principal);

/// Somebody of a role that pays for something.
#[derive(Debug, Clone, Copy)]
pub struct Payer(pub Principal);

from_request_by_entry!(User, Student, Tutor, Payer);

impl Entry for User {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        principal(req).map(Self)
    }
}

impl Entry for Student {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        with_role(req, Role::Student).map(Self)
    }
}

impl Entry for Tutor {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        with_role(req, Role::Tutor).map(Self)
    }
}

impl Entry for Payer {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = principal(req)?;
        if PaymentType::ALL.iter().any(|kind| kind.payer() == who.role) {
            Ok(Self(who))
        } else {
            Err(Problem::new(Code::Forbidden))
        }
    }
}

pub(super) fn principal(req: &HttpRequest) -> Result<Principal, Problem> {
    req.extensions()
        .get::<Principal>()
        .copied()
        .ok_or_else(|| Problem::new(Code::Unauthenticated))
}

pub(super) fn with_role(req: &HttpRequest, role: Role) -> Result<Principal, Problem> {
    let who = principal(req)?;
    if who.role == role {
        Ok(who)
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// Finds out who is calling, for the middleware. Without a token nobody is; with a bad one the
/// request is refused everywhere and never taken for an anonymous one.
///
/// # Errors
/// 401.
pub async fn authenticate(req: &HttpRequest) -> Result<Option<Principal>, Problem> {
    let Some(header) = req.headers().get(AUTHORIZATION) else {
        return Ok(None);
    };
    let refused = || Problem::new(Code::Unauthenticated);
    let ctx = Ctx::of(req)?;
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let (session_id, user_id) = ctx
        .state
        .tokens
        .read(token.trim(), ctx.now())
        .ok_or_else(refused)?;
    let (session, user) = sessions::find_live(ctx.db(), session_id)
        .await?
        .filter(|(session, _)| session.user_id == user_id)
        .ok_or_else(refused)?;
    Ok(Some(Principal {
        user_id: user.id,
        // The row's role, not the token's: a role that was taken away is gone at once.
        role: *user.role,
        session_id: session.id,
    }))
}
