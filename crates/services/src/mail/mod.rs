//! Letters: left in the outbox by the transaction that causes them, sent by a job.
//!
//! A row of the outbox holds ids alone. The address, the token and the words are put together when
//! the letter is sent, and are nowhere else.

mod sending;
mod wording;

use chrono::TimeDelta;
use domain::account::Email;
use mailer::Mailer;
use persistence::mails::{self as rows, Mail, MailTemplate};
use persistence::one_time_tokens::{self as tokens, TokenPurpose};
use persistence::users::{self, User};
use persistence::{Actor, Scope, Stored, Tx, write};
use serde_json::json;
use uuid::Uuid;

use crate::jobs::{self, Job};
use crate::secrets::SigningSecrets;
use crate::{ServiceError, Tools, one_time_tokens};

pub use sending::request_untried;
pub(crate) use sending::send;

/// How many letters of a kind somebody is sent within an hour: whoever asks for more is answered
/// alike, and the last link stays good.
pub const LETTERS_AN_HOUR: u64 = 5;

/// What letters are written and sent with.
#[derive(Debug)]
pub struct PostOffice {
    pub mailer: Mailer,
    pub secrets: SigningSecrets,
    /// Where links lead, without a slash at its end.
    pub frontend_url: String,
}

fn purpose_of(template: MailTemplate) -> TokenPurpose {
    match template {
        MailTemplate::VerifyEmail => TokenPurpose::VerifyEmail,
        MailTemplate::ResetPassword => TokenPurpose::ResetPassword,
    }
}

/// How long the link of a letter is good.
fn lifetime_of(template: MailTemplate) -> TimeDelta {
    match template {
        MailTemplate::VerifyEmail => TimeDelta::days(3),
        MailTemplate::ResetPassword => TimeDelta::hours(1),
    }
}

/// Asks for a letter to whoever has this e-mail, if anybody has. What is done here is the same for an
/// e-mail that nobody has, so that neither the answer nor its time tells; a job does the rest.
pub(crate) async fn request(
    tx: &Tx,
    secrets: &SigningSecrets,
    email: &str,
    template: MailTemplate,
) -> Result<(), ServiceError> {
    let email = match Email::parse(email) {
        Ok(email) => email.as_str().to_owned(),
        Err(_) => email.to_owned(),
    };
    let nobody = secrets.current().nobody(&email)?;
    let user = users::find_by_email(tx, &email).await?;
    let user_id = user.map_or(nobody, |user| user.id);
    jobs::enqueue(tx, &Job::IssueMail { user_id, template }).await
}

/// Writes a letter that was asked for, unless there is nobody to get it, or nothing to write.
pub(crate) async fn issue(
    tools: Tools<'_>,
    user_id: Uuid,
    template: MailTemplate,
) -> Result<(), ServiceError> {
    let scope = Scope::new(tools.clock.now(), Actor::Job);
    write(tools.db, &scope, async |tx| {
        match users::lock(tx, user_id).await? {
            Some(user) if is_wanted(tx, &user, template).await? => {
                leave(tx, &tools.post.secrets, &user, template).await
            }
            _ => Ok(()),
        }
    })
    .await
}

async fn is_wanted(tx: &Tx, user: &User, template: MailTemplate) -> Result<bool, ServiceError> {
    let has_use = match template {
        MailTemplate::VerifyEmail => !user.is_verified,
        // An account without a password is one that nobody is to sign in to.
        MailTemplate::ResetPassword => user.password_hash.is_some(),
    };
    let an_hour_ago = tx.now() - TimeDelta::hours(1);
    let sent = tokens::count_since(tx, user.id, purpose_of(template), an_hour_ago).await?;
    Ok(has_use && sent < LETTERS_AN_HOUR)
}

/// Leaves a letter with a new link in the outbox; the caller holds the user's lock, or has just made
/// the user.
pub(crate) async fn leave(
    tx: &Tx,
    secrets: &SigningSecrets,
    user: &User,
    template: MailTemplate,
) -> Result<(), ServiceError> {
    let (purpose, lifetime) = (purpose_of(template), lifetime_of(template));
    let token_id = one_time_tokens::issue(tx, secrets, user.id, purpose, lifetime).await?;
    let mail_id = tx.new_id();
    let mail = Mail {
        id: mail_id,
        user_id: user.id,
        template: Stored(template),
        data: json!({ "token_id": token_id }),
        created_at: tx.now(),
        sent_at: None,
        attempts: 0,
        last_error: None,
    };
    rows::insert(tx, mail).await?;
    jobs::enqueue(tx, &Job::SendMail { mail_id }).await
}
