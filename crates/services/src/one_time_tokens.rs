//! Tokens that somebody is sent and may use once.
//!
//! As with refresh tokens, what is stored yields no token, and neither does a secret: both together
//! derive it again when the letter is written, so that it lies nowhere before.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use persistence::one_time_tokens::{self as rows, OneTimeToken, TokenPurpose};
use persistence::{Reader, Stored, Tx};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ServiceError;
use crate::secrets::{SigningSecret, SigningSecrets};

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

fn derive(secret: &SigningSecret, id: Uuid, nonce: &[u8]) -> Result<String, ServiceError> {
    let token = secret.one_time_token(id.as_bytes(), nonce)?;
    Ok(URL_SAFE_NO_PAD.encode(token))
}

/// Gives somebody a token, and ends the one that they had for the same purpose. The caller holds the
/// user's lock.
pub(crate) async fn issue(
    tx: &Tx,
    secrets: &SigningSecrets,
    user_id: Uuid,
    purpose: TokenPurpose,
    lifetime: TimeDelta,
) -> Result<Uuid, ServiceError> {
    rows::end_live(tx, user_id, purpose).await?;
    let (id, nonce): (Uuid, [u8; 16]) = (tx.new_id(), rand::random());
    let secret = secrets.current();
    let token = OneTimeToken {
        id,
        user_id,
        purpose: Stored(purpose),
        token_hash: hash(&derive(secret, id, &nonce)?),
        created_at: tx.now(),
        expires_at: tx.now() + lifetime,
        used_at: None,
        kid: Some(secret.kid().to_owned()),
        nonce: Some(nonce.to_vec()),
    };
    rows::insert(tx, token).await?;
    Ok(id)
}

/// The token itself, if it is good for anything yet and the secret that it was made with is in force.
pub(crate) fn text_of(
    secrets: &SigningSecrets,
    token: &OneTimeToken,
    now: DateTime<Utc>,
) -> Result<Option<String>, ServiceError> {
    let is_live = token.used_at.is_none() && token.expires_at > now;
    let secret = token.kid.as_deref().and_then(|kid| secrets.find(kid));
    match (secret, &token.nonce) {
        (Some(secret), Some(nonce)) if is_live => derive(secret, token.id, nonce).map(Some),
        _ => Ok(None),
    }
}

/// The token that somebody shows.
///
/// # Errors
/// [`ServiceError::Gone`] if it was used, is too old, or never was.
pub(crate) async fn find(
    reader: &impl Reader,
    purpose: TokenPurpose,
    text: &str,
    now: DateTime<Utc>,
) -> Result<OneTimeToken, ServiceError> {
    rows::find_live(reader, purpose, &hash(text), now)
        .await?
        .ok_or(ServiceError::Gone)
}

/// Uses a token up.
///
/// # Errors
/// [`ServiceError::Gone`] if somebody else has meanwhile.
pub(crate) async fn redeem(tx: &Tx, token: &OneTimeToken) -> Result<(), ServiceError> {
    if rows::consume(tx, token.id).await? {
        Ok(())
    } else {
        Err(ServiceError::Gone)
    }
}
