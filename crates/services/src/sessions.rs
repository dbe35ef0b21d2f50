//! Signing in on a device: a session and its family of refresh tokens.

mod ending;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use persistence::refresh_tokens::{self, RefreshToken};
use persistence::sessions::{self, EndedBecause, Session};
use persistence::users::User;
use persistence::{Actor, Db, Scope, Tx, audit, write};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::ServiceError;
use crate::secrets::SigningSecrets;

pub(crate) use ending::{end_for_erasure, end_for_new_password};
pub use ending::{revoke, sign_out};

/// How long a refresh token can wait for its use.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// How long after its use a token still gives the same successor: the time in which an answer that
/// was lost on the way is asked for again.
const REPLAY_GRACE: TimeDelta = TimeDelta::seconds(10);

/// Somebody signed in, with the refresh token that is shown once.
#[derive(Debug)]
pub struct SignedIn {
    pub user: User,
    pub session_id: Uuid,
    pub refresh_token: String,
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Begins a session for a user.
///
/// # Errors
/// The database failed.
pub async fn start(
    tx: &Tx,
    secrets: &SigningSecrets,
    user: User,
    user_agent: Option<&str>,
) -> Result<SignedIn, ServiceError> {
    let session_id = tx.new_id();
    sessions::insert(
        tx,
        Session {
            id: session_id,
            user_id: user.id,
            user_agent: user_agent.map(|agent| agent.chars().take(200).collect()),
            created_at: tx.now(),
            last_used_at: tx.now(),
            ended_at: None,
            ended_because: None,
        },
    )
    .await?;
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    store(tx, secrets, session_id, &token, rand::random(), None).await?;
    audit::record(
        tx,
        audit::Change {
            action: "session.started",
            object_type: "session",
            object_id: session_id.to_string(),
            before: None,
            after: None,
        },
    )
    .await?;
    Ok(SignedIn {
        user,
        session_id,
        refresh_token: token,
    })
}

async fn store(
    tx: &Tx,
    secrets: &SigningSecrets,
    session_id: Uuid,
    token: &str,
    nonce: [u8; 16],
    parent_id: Option<Uuid>,
) -> Result<(), ServiceError> {
    let row = RefreshToken {
        id: tx.new_id(),
        session_id,
        token_hash: hash(token),
        kid: secrets.current().kid().to_owned(),
        nonce: nonce.to_vec(),
        parent_id,
        created_at: tx.now(),
        expires_at: tx.now() + REFRESH_LIFETIME,
        used_at: None,
    };
    Ok(refresh_tokens::insert(tx, row).await?)
}

/// What became of a refresh token that was handed in. A replay must end its family, and that has to
/// be committed although the caller is refused.
enum Rotation {
    Next(Box<SignedIn>),
    Refused,
}

/// Exchanges a refresh token for its successor.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] if it is unknown, expired or used before; a replay that isn't
/// within ten seconds, or whose successor is in use, ends the whole session.
pub async fn refresh(
    db: &Db,
    scope: &Scope,
    secrets: &SigningSecrets,
    token: &str,
) -> Result<SignedIn, ServiceError> {
    let rotation = write(db, scope, async |tx| rotate(tx, secrets, token).await).await?;
    match rotation {
        Rotation::Next(signed_in) => Ok(*signed_in),
        Rotation::Refused => Err(ServiceError::Unauthenticated),
    }
}

async fn rotate(
    tx: &mut Tx,
    secrets: &SigningSecrets,
    token: &str,
) -> Result<Rotation, ServiceError> {
    let Some(presented) = refresh_tokens::find_by_hash(tx, &hash(token)).await? else {
        return Ok(Rotation::Refused);
    };
    let Some((session, user)) = sessions::find_live(tx, presented.session_id).await? else {
        return Ok(Rotation::Refused);
    };
    tx.act_as(Actor::User(user.id));
    if presented.expires_at <= tx.now() {
        return Ok(Rotation::Refused);
    }
    let refresh_token = if refresh_tokens::consume(tx, presented.id).await? {
        let nonce: [u8; 16] = rand::random();
        let next = derive(secrets.current(), session.id, &nonce, token)?;
        store(tx, secrets, session.id, &next, nonce, Some(presented.id)).await?;
        sessions::touch(tx, session.id).await?;
        next
    } else {
        match replay(tx, secrets, &presented, token).await? {
            Some(next) => next,
            None => {
                end_for_replay(tx, session.id).await?;
                return Ok(Rotation::Refused);
            }
        }
    };
    Ok(Rotation::Next(Box::new(SignedIn {
        user,
        session_id: session.id,
        refresh_token,
    })))
}

fn derive(
    secret: &crate::secrets::SigningSecret,
    family: Uuid,
    nonce: &[u8],
    parent: &str,
) -> Result<String, ServiceError> {
    Ok(URL_SAFE_NO_PAD.encode(secret.successor(family.as_bytes(), nonce, parent)?))
}

/// The successor again, if the token was used a moment ago and nobody has used the successor.
async fn replay(
    tx: &Tx,
    secrets: &SigningSecrets,
    presented: &RefreshToken,
    token: &str,
) -> Result<Option<String>, ServiceError> {
    // Read anew: a parallel use may have been committed since.
    let used_at = refresh_tokens::find_by_hash(tx, &presented.token_hash)
        .await?
        .and_then(|row| row.used_at);
    let Some(successor) = refresh_tokens::find_successor(tx, presented.id).await? else {
        return Ok(None);
    };
    let in_time = used_at.is_some_and(|used_at| tx.now() - used_at <= REPLAY_GRACE);
    if !in_time || successor.used_at.is_some() {
        return Ok(None);
    }
    let Some(secret) = secrets.find(&successor.kid) else {
        return Ok(None);
    };
    let next = derive(secret, presented.session_id, &successor.nonce, token)?;
    let is_it = hash(&next).ct_eq(&successor.token_hash);
    Ok(bool::from(is_it).then_some(next))
}

async fn end_for_replay(tx: &Tx, session_id: Uuid) -> Result<(), ServiceError> {
    sessions::end(tx, session_id, EndedBecause::Replay).await?;
    audit::record(
        tx,
        audit::Change {
            action: "session.replayed",
            object_type: "session",
            object_id: session_id.to_string(),
            before: None,
            after: None,
        },
    )
    .await?;
    Ok(())
}
