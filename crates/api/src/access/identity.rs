//! Who is calling.

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use domain::access::Right;
use domain::account::Principal;
use persistence::sessions;
use uuid::Uuid;

use super::policy::admitted;
use crate::problem::{Code, Problem};
use crate::request::{Entry, from_request_by_entry};
use crate::state::AppState;

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

/// What a token of ours says: whose it is and of which session. The session may be over.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    pub user_id: Uuid,
    session_id: Uuid,
}

/// Reads the token of a request and asks nobody, so that it can be known who is to be counted before
/// anything is done for them. Without a token nobody calls; with a bad one the request is refused
/// everywhere and never taken for an anonymous one.
///
/// # Errors
/// 401.
pub fn claim(state: &AppState, headers: &HeaderMap) -> Result<Option<Claim>, Problem> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let refused = || Problem::new(Code::Unauthenticated);
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let (session_id, user_id) = state
        .tokens
        .read(token.trim(), state.clock.now())
        .ok_or_else(refused)?;
    Ok(Some(Claim {
        user_id,
        session_id,
    }))
}

/// Finds out whether what a token says is still so.
///
/// # Errors
/// 401 if the session is over.
pub async fn authenticate(state: &AppState, claim: Claim) -> Result<Principal, Problem> {
    let (session, user) = sessions::find_live(&state.db, claim.session_id)
        .await?
        .filter(|(session, _)| session.user_id == claim.user_id)
        .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    Ok(Principal {
        user_id: user.id,
        // The row's role, not the token's: a role that was taken away is gone at once.
        role: *user.role,
        session_id: session.id,
    })
}
