//! Sending a letter: at least once, and once if the server says that it has it.

use mailer::Letter;
use persistence::mails::{self as rows, Mail};
use persistence::{Actor, Db, Scope, one_time_tokens as tokens, users, write};
use uuid::Uuid;

use super::{PostOffice, wording};
use crate::jobs::{self, Job};
use crate::{ServiceError, Tools, one_time_tokens};

/// How many letters are looked at in one round.
const BATCH: u64 = 500;

/// Sends a letter, unless it was sent, or its link has been overtaken. Without a mail server it stays
/// where it is.
pub(crate) async fn send(tools: Tools<'_>, mail_id: Uuid) -> Result<(), ServiceError> {
    let Tools {
        db, clock, post, ..
    } = tools;
    if !post.mailer.is_on() {
        return Ok(());
    }
    let waiting = rows::find(db, mail_id).await?;
    let Some(mail) = waiting.filter(|mail| mail.sent_at.is_none()) else {
        return Ok(());
    };
    let scope = Scope::new(clock.now(), Actor::Job);
    let Some(letter) = compose(db, post, &scope, &mail).await? else {
        return write(db, &scope, async |tx| Ok(rows::delete(tx, mail_id).await?)).await;
    };
    let sent = post.mailer.send(&letter).await;
    let error = sent.as_ref().err().map(ToString::to_string);
    let noted = Scope::new(clock.now(), Actor::Job);
    write(db, &noted, async |tx| {
        let error = error.as_deref();
        Ok::<_, ServiceError>(rows::note_attempt(tx, mail_id, error).await?)
    })
    .await?;
    Ok(sent?)
}

/// The letter as it is sent; none if it has nothing to say any more.
async fn compose(
    db: &Db,
    post: &PostOffice,
    scope: &Scope,
    mail: &Mail,
) -> Result<Option<Letter>, ServiceError> {
    let token_id = mail.data.get("token_id").and_then(|id| id.as_str());
    let Some(token_id) = token_id.and_then(|id| Uuid::parse_str(id).ok()) else {
        return Ok(None);
    };
    let token = tokens::find(db, token_id).await?;
    let user = users::find(db, mail.user_id).await?;
    let (Some(token), Some(user)) = (token, user) else {
        return Ok(None);
    };
    let text = one_time_tokens::text_of(&post.secrets, &token, scope.now)?;
    Ok(text.map(|text| {
        let words = wording::of(*mail.template, *user.locale, &post.frontend_url, &text);
        Letter {
            id: mail.id.to_string(),
            to: user.email,
            subject: words.subject.to_owned(),
            text: words.text,
        }
    }))
}

/// Requests the sending of letters that nobody has tried to send: those that were left while there was
/// no mail server. Tells how many. One that was tried has a job, alive or dead.
///
/// # Errors
/// The database failed.
pub async fn request_untried(tools: Tools<'_>, scope: &Scope) -> Result<usize, ServiceError> {
    if !tools.post.mailer.is_on() {
        return Ok(0);
    }
    let untried = rows::list_untried(tools.db, BATCH).await?;
    for &mail_id in &untried {
        write(tools.db, scope, async |tx| {
            jobs::enqueue(tx, &Job::SendMail { mail_id }).await
        })
        .await?;
    }
    Ok(untried.len())
}
