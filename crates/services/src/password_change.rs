//! Changing the password of somebody who knows it.

use std::net::IpAddr;

use domain::account::{Principal, check_new_password};
use domain::validation::Violations;
use persistence::users::{self, User};
use persistence::{Db, Scope, Tx, audit, write};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::ServiceError;
use crate::password_reset;
use crate::passwords::Passwords;
use crate::secrets::SigningSecrets;
use crate::sessions;
use crate::sign_in::lock_unchanged;
use crate::throttle::Attempt;

/// What somebody signed in shows who wants another password, and from where.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    pub current: SecretString,
    pub new: SecretString,
    pub address: IpAddr,
}

/// Changes the password and ends every other session. A wrong current password counts as a wrong try
/// at signing in: whoever has found a device unlocked may guess no faster than anybody else.
///
/// # Errors
/// [`ServiceError::InvalidCredentials`], [`ServiceError::RateLimited`], [`ServiceError::Overloaded`], or
/// what is wrong with the new password.
pub async fn change(
    db: &Db,
    scope: &Scope,
    passwords: &Passwords,
    secrets: &SigningSecrets,
    who: Principal,
    change: PasswordChange,
) -> Result<(), ServiceError> {
    let seen = users::find(db, who.user_id)
        .await?
        .ok_or(ServiceError::Unauthenticated)?;
    let attempt = Attempt::new(secrets, &seen.email, change.address)?;
    let turn = attempt.begin(db, scope, passwords).await?;
    let stored = seen.password_hash.clone();
    if !turn.verify(change.current, stored).await? {
        return Err(ServiceError::InvalidCredentials);
    }
    let wrong = check(&change.new, &seen.email);
    let hash = match wrong {
        Ok(()) => Some(turn.hash(change.new).await?),
        Err(_) => None,
    };
    write(db, scope, async |tx| {
        let user = lock_unchanged(tx, &seen).await?;
        // Also where the new one is refused: the current one was right.
        attempt.forget(tx).await?;
        if let Some(hash) = &hash {
            let user = replace(tx, user, hash.clone(), "password.changed").await?;
            sessions::end_for_new_password(tx, user.id, Some(who.session_id)).await?;
        }
        Ok::<_, ServiceError>(())
    })
    .await?;
    Ok(wrong?)
}

/// Checks a password that somebody with this e-mail wants to have.
pub(crate) fn check(password: &SecretString, email: &str) -> Result<(), Violations> {
    check_new_password(password.expose_secret(), email)
        .map_err(|problem| Violations::one("/new_password", problem))
}

/// Gives an account that is locked a new password, on record as `action`.
pub(crate) async fn replace(
    tx: &Tx,
    mut user: User,
    hash: String,
    action: &str,
) -> Result<User, ServiceError> {
    user.password_hash = Some(hash);
    let user = users::update(tx, user).await?;
    password_reset::end_links(tx, user.id).await?;
    note(tx, user.id, action).await?;
    Ok(user)
}

async fn note(tx: &Tx, user_id: Uuid, action: &str) -> Result<(), ServiceError> {
    let change = audit::Change {
        action,
        object_type: "user",
        object_id: user_id.to_string(),
        before: None,
        after: None,
    };
    Ok(audit::record(tx, change).await?)
}
