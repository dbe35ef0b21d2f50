//! Whether an account's e-mail address is its owner's: whoever uses the link that was sent there has
//! shown it.

use persistence::mails::MailTemplate;
use persistence::one_time_tokens::TokenPurpose;
use persistence::{Actor, Tx, audit, users};

use crate::secrets::SigningSecrets;
use crate::{ServiceError, mail, one_time_tokens};

/// Asks for another link; tells nobody whether anybody has this e-mail, or has shown it already.
///
/// # Errors
/// The database failed.
pub async fn request(tx: &Tx, secrets: &SigningSecrets, email: &str) -> Result<(), ServiceError> {
    mail::request(tx, secrets, email, MailTemplate::VerifyEmail).await
}

/// Takes the link's token as proof.
///
/// # Errors
/// [`ServiceError::Gone`].
pub async fn verify(tx: &mut Tx, token: &str) -> Result<(), ServiceError> {
    let token = one_time_tokens::find(tx, TokenPurpose::VerifyEmail, token, tx.now()).await?;
    let user = users::lock(tx, token.user_id).await?;
    let mut user = user.ok_or(ServiceError::Gone)?;
    one_time_tokens::redeem(tx, &token).await?;
    tx.act_as(Actor::User(user.id));
    user.is_verified = true;
    let user = users::update(tx, user).await?;
    let change = audit::Change {
        action: "email.verified",
        object_type: "user",
        object_id: user.id.to_string(),
        before: None,
        after: None,
    };
    Ok(audit::record(tx, change).await?)
}
