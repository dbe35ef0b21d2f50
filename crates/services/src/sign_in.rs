//! Signing in with e-mail and password.

use std::net::IpAddr;

use domain::account::Email;
use persistence::users::{self, User};
use persistence::{Actor, Db, Scope, Tx, write};
use secrecy::SecretString;

use crate::ServiceError;
use crate::passwords::Passwords;
use crate::secrets::SigningSecrets;
use crate::sessions::{self, SignedIn};
use crate::throttle::Attempt;

/// What somebody who wants to come in shows, and from where.
#[derive(Debug, Clone)]
pub struct Credentials<'a> {
    pub email: &'a str,
    pub password: SecretString,
    pub address: IpAddr,
    pub user_agent: Option<&'a str>,
}

/// Signs in. A wrong password and an unknown e-mail answer alike and take alike.
///
/// # Errors
/// [`ServiceError::InvalidCredentials`]; [`ServiceError::RateLimited`] after too many of those;
/// [`ServiceError::Overloaded`], which counts for nothing.
pub async fn sign_in(
    db: &Db,
    scope: &Scope,
    passwords: &Passwords,
    secrets: &SigningSecrets,
    shown: Credentials<'_>,
) -> Result<SignedIn, ServiceError> {
    let attempt = Attempt::new(secrets, shown.email, shown.address)?;
    let turn = attempt.begin(db, scope, passwords).await?;
    let user = match Email::parse(shown.email) {
        Ok(email) => users::find_by_email(db, email.as_str()).await?,
        Err(_) => None,
    };
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = turn.verify(shown.password.clone(), stored).await?;
    let seen = user
        .filter(|_| is_right)
        .ok_or(ServiceError::InvalidCredentials)?;
    let stronger = match &seen.password_hash {
        Some(stored) => turn.rehash_if_weak(shown.password, stored).await?,
        None => None,
    };
    write(db, scope, async |tx| {
        let mut user = lock_unchanged(tx, &seen).await?;
        tx.act_as(Actor::User(user.id));
        attempt.forget(tx).await?;
        if stronger.is_some() {
            user.password_hash.clone_from(&stronger);
            user = users::update(tx, user).await?;
        }
        sessions::start(tx, secrets, user, shown.user_agent).await
    })
    .await
}

/// Locks an account whose password was verified outside the transaction. One that was changed in
/// between has ended all sessions, and a session that began after it would be missed.
pub(crate) async fn lock_unchanged(tx: &Tx, seen: &User) -> Result<User, ServiceError> {
    users::lock(tx, seen.id)
        .await?
        .filter(|user| user.password_hash == seen.password_hash)
        .ok_or(ServiceError::InvalidCredentials)
}
