//! The end of sessions: with its reason on record in the transaction that ends them. Their access
//! tokens end with them, since a token is nothing without its session.

use domain::account::Principal;
use domain::text_enum::TextEnum;
use persistence::sessions::{self, EndedBecause, Session};
use persistence::{Tx, audit, refresh_tokens};
use serde_json::json;
use uuid::Uuid;

use super::hash;
use crate::ServiceError;

/// Signs out: the session of the refresh token if it is the caller's own, else that of the access
/// token; or all of the caller's.
///
/// # Errors
/// The database failed.
pub async fn sign_out(
    tx: &Tx,
    who: Principal,
    refresh_token: Option<&str>,
    all: bool,
) -> Result<(), ServiceError> {
    let ended = if all {
        sessions::end_all(tx, who.user_id, EndedBecause::Logout).await?
    } else {
        let session_id = named(tx, who, refresh_token).await?;
        sessions::end(tx, session_id, EndedBecause::Logout).await?
    };
    note(tx, &ended, EndedBecause::Logout).await
}

async fn named(tx: &Tx, who: Principal, refresh_token: Option<&str>) -> Result<Uuid, ServiceError> {
    let named = match refresh_token {
        Some(token) => refresh_tokens::find_by_hash(tx, &hash(token)).await?,
        None => None,
    };
    let of_token = match named {
        Some(row) => sessions::find_live(tx, row.session_id).await?,
        None => None,
    };
    Ok(of_token
        .filter(|(_, user)| user.id == who.user_id)
        .map_or(who.session_id, |(session, _)| session.id))
}

/// Ends a session of the caller's on another device, or this one.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is none of theirs, or over.
pub async fn revoke(tx: &Tx, user_id: Uuid, session_id: Uuid) -> Result<(), ServiceError> {
    let (session, _) = sessions::find_live(tx, session_id)
        .await?
        .filter(|(session, _)| session.user_id == user_id)
        .ok_or(ServiceError::NotFound)?;
    let ended = sessions::end(tx, session.id, EndedBecause::Revoked).await?;
    note(tx, &ended, EndedBecause::Revoked).await
}

/// Ends every session of a user whose password has changed, except the one that changed it.
pub(crate) async fn end_for_new_password(
    tx: &Tx,
    user_id: Uuid,
    except: Option<Uuid>,
) -> Result<(), ServiceError> {
    let because = EndedBecause::PasswordChanged;
    let ended = match except {
        Some(kept) => sessions::end_all_but(tx, user_id, kept, because).await?,
        None => sessions::end_all(tx, user_id, because).await?,
    };
    note(tx, &ended, because).await
}

/// Ends every session of somebody who is erased.
pub(crate) async fn end_for_erasure(tx: &Tx, user_id: Uuid) -> Result<(), ServiceError> {
    let ended = sessions::end_all(tx, user_id, EndedBecause::Erased).await?;
    note(tx, &ended, EndedBecause::Erased).await
}

async fn note(tx: &Tx, ended: &[Session], because: EndedBecause) -> Result<(), ServiceError> {
    for session in ended {
        let change = audit::Change {
            action: "session.ended",
            object_type: "session",
            object_id: session.id.to_string(),
            before: None,
            after: Some(json!({ "because": because.as_str() })),
        };
        audit::record(tx, change).await?;
    }
    Ok(())
}
