//! A new password for somebody who has forgotten theirs, by a link to their e-mail address.

use persistence::mails::MailTemplate;
use persistence::one_time_tokens::{self as tokens, TokenPurpose};
use persistence::{Actor, Db, Scope, Tx, users, write};
use secrecy::SecretString;

use crate::passwords::Passwords;
use crate::secrets::SigningSecrets;
use crate::{ServiceError, mail, one_time_tokens, password_change, sessions};

/// Asks for a link; tells nobody whether anybody has this e-mail.
///
/// # Errors
/// The database failed.
pub async fn request(tx: &Tx, secrets: &SigningSecrets, email: &str) -> Result<(), ServiceError> {
    mail::request(tx, secrets, email, MailTemplate::ResetPassword).await
}

/// Gives whoever has the link's token a new password, and ends every session of the account.
///
/// # Errors
/// [`ServiceError::Gone`], or what is wrong with the new password; that leaves the token as it is.
pub async fn reset(
    db: &Db,
    scope: &Scope,
    passwords: &Passwords,
    token: &str,
    new: SecretString,
) -> Result<(), ServiceError> {
    // What can be said without knowing whose it is comes before what the token is good for.
    password_change::check(&new, "")?;
    let token = one_time_tokens::find(db, TokenPurpose::ResetPassword, token, scope.now).await?;
    let user = users::find(db, token.user_id)
        .await?
        .ok_or(ServiceError::Gone)?;
    password_change::check(&new, &user.email)?;
    // Only now: whoever has no token makes nobody hash a password.
    let hash = passwords.hash(new).await?;
    write(db, scope, async |tx| {
        let user = users::lock(tx, token.user_id)
            .await?
            .ok_or(ServiceError::Gone)?;
        one_time_tokens::redeem(tx, &token).await?;
        // The token is as good as a password, so this is its owner's doing.
        tx.act_as(Actor::User(user.id));
        let user = password_change::replace(tx, user, hash.clone(), "password.reset").await?;
        sessions::end_for_new_password(tx, user.id, None).await
    })
    .await
}

/// Ends links that were asked for before the password was changed.
pub(crate) async fn end_links(tx: &Tx, user_id: uuid::Uuid) -> Result<(), ServiceError> {
    Ok(tokens::end_live(tx, user_id, TokenPurpose::ResetPassword).await?)
}
