//! What is kept for a while only: stored answers, sessions that nobody can go on with, jobs that are done,
//! embeddings that nobody asks for, wrong tries that count no more, tokens
//! that are over, letters, and customers of the erased that nothing was paid by.

use chrono::TimeDelta;
use domain::sign_in::FAILURES_COUNT_FOR;
use persistence::{
    Db, Scope, embedding_cache, idempotency, jobs, mails, one_time_tokens, sessions,
    sign_in_failures, stripe_customers, write,
};

use crate::ServiceError;
use crate::jobs::DONE_KEPT;
use crate::sessions::REFRESH_LIFETIME;

/// How long the answer to a request with an idempotency key is kept.
pub const ANSWERS_KEPT: TimeDelta = TimeDelta::hours(24);
/// How long an embedding is kept that nobody has asked for.
pub const EMBEDDINGS_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a token is kept that is over: those of the last hour are counted.
pub const TOKENS_KEPT: TimeDelta = TimeDelta::hours(1);
/// How long a letter is kept, sent or not: by then its link is over.
pub const LETTERS_KEPT: TimeDelta = TimeDelta::days(7);
/// How long a customer of somebody erased is known for whom nothing was paid: Stripe tells of its end,
/// and keeps what it tells for so long.
pub const GONE_CUSTOMERS_KEPT: TimeDelta = TimeDelta::days(30);
/// How many rows one transaction deletes: on SQLite nobody else writes meanwhile.
const BATCH: u64 = 500;

/// Deletes stored answers older than a day, sessions with their refresh tokens once the last of these
/// has ended, jobs that were done a week ago, embeddings unused for a month, wrong tries at signing in
/// older than an hour, tokens that were over an hour ago, letters of a week ago, and customers of the erased that nothing
/// was paid by and that are gone for a month; tells how many rows.
///
/// # Errors
/// The database failed; what was deleted until then stays deleted.
pub async fn purge(db: &Db, scope: &Scope) -> Result<usize, ServiceError> {
    let answered_before = scope.now - ANSWERS_KEPT;
    let used_before = scope.now - REFRESH_LIFETIME;
    let answers = in_batches(async || {
        write(db, scope, async |tx| {
            let deleted = idempotency::delete_until(tx, answered_before, BATCH).await?;
            Ok::<_, ServiceError>(deleted)
        })
        .await
    });
    let answers = answers.await?;
    let sessions = in_batches(async || {
        write(db, scope, async |tx| {
            Ok::<_, ServiceError>(sessions::delete_until(tx, used_before, BATCH).await?)
        })
        .await
    });
    let sessions = sessions.await?;
    let done_before = scope.now - DONE_KEPT;
    let jobs = in_batches(async || {
        write(db, scope, async |tx| {
            Ok::<_, ServiceError>(jobs::delete_done_until(tx, done_before, BATCH).await?)
        })
        .await
    });
    let jobs = jobs.await?;
    let unused_since = scope.now - EMBEDDINGS_KEPT;
    let embeddings = in_batches(async || {
        write(db, scope, async |tx| {
            Ok::<_, ServiceError>(embedding_cache::purge(tx, unused_since, BATCH).await?)
        })
        .await
    });
    let embeddings = embeddings.await?;
    let counted_since = scope.now - FAILURES_COUNT_FOR;
    let failures = in_batches(async || {
        write(db, scope, async |tx| {
            let deleted = sign_in_failures::delete_until(tx, counted_since, BATCH).await?;
            Ok::<_, ServiceError>(deleted)
        })
        .await
    });
    let failures = failures.await?;
    let over_before = scope.now - TOKENS_KEPT;
    let tokens = in_batches(async || {
        write(db, scope, async |tx| {
            let deleted = one_time_tokens::delete_until(tx, over_before, BATCH).await?;
            Ok::<_, ServiceError>(deleted)
        })
        .await
    });
    let tokens = tokens.await?;
    let left_before = scope.now - LETTERS_KEPT;
    let letters = in_batches(async || {
        write(db, scope, async |tx| {
            Ok::<_, ServiceError>(mails::delete_until(tx, left_before, BATCH).await?)
        })
        .await
    });
    let letters = letters.await?;
    let gone_before = scope.now - GONE_CUSTOMERS_KEPT;
    let customers = in_batches(async || {
        write(db, scope, async |tx| {
            let deleted = stripe_customers::delete_unpaid_until(tx, gone_before, BATCH).await?;
            Ok::<_, ServiceError>(deleted)
        })
        .await
    });
    let customers = customers.await?;
    Ok(answers + sessions + jobs + embeddings + failures + tokens + letters + customers)
}

async fn in_batches(
    mut delete: impl AsyncFnMut() -> Result<u64, ServiceError>,
) -> Result<usize, ServiceError> {
    let mut deleted = 0;
    loop {
        let batch = delete().await?;
        deleted += usize::try_from(batch).unwrap_or(usize::MAX);
        if batch < BATCH {
            return Ok(deleted);
        }
    }
}
