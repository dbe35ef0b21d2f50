//! Who is calling.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use domain::access::Right;
use domain::account::Principal;
use persistence::sessions;

use super::policy::admitted;
use crate::problem::{Code, Problem};
use crate::request::{Ctx, Entry, from_request_by_entry};

/// Declares who is let in by a right and nothing else.
macro_rules! by_role {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(pub Principal);

        impl Entry for $name {
            async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
                admitted(req, Right::$name).map(Self)
            }
        })+

        from_request_by_entry!($($name),+);
    };
}

by_role!(
    /// Anybody signed in.
    User,
    /// A student.
    Student,
    /// A tutor, with or without a profile.
    Tutor,
    /// Somebody of a role that pays for something.
    Payer,
    /// An administrator.
    Admin,
);

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
