//! The table of `domain::access`, asked on behalf of a request.

use actix_web::{HttpMessage, HttpRequest};
use domain::access::{Refusal, Right, Tie, admit, allow};
use domain::account::Principal;

use crate::problem::{Code, Problem};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(match refusal {
            Refusal::Unauthenticated => Code::Unauthenticated,
            Refusal::Forbidden => Code::Forbidden,
            // Somebody else's private thing does not exist.
            Refusal::Hidden => Code::NotFound,
        })
    }
}

/// Who is calling, if the right lets them in at all.
///
/// # Errors
/// 401 or 403.
pub(super) fn admitted(req: &HttpRequest, right: Right) -> Result<Principal, Problem> {
    let who = req.extensions().get::<Principal>().copied();
    admit(who.map(|who| who.role), right)?;
    who.ok_or_else(|| Problem::new(Code::Unauthenticated))
}

/// Lets somebody have a thing that they are this near to.
///
/// # Errors
/// 404.
pub(super) fn permit(who: Principal, right: Right, tie: Tie) -> Result<(), Problem> {
    Ok(allow(Some(who.role), tie, right)?)
}

/// A thing that everybody may have whom it is shown to.
///
/// # Errors
/// 404.
pub(super) fn permit_anybody(right: Right, tie: Tie) -> Result<(), Problem> {
    Ok(allow(None, tie, right)?)
}
