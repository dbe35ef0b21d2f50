//! Work that is requested in the transaction that causes it, and done after it by whichever worker
//! is free.
//!
//! A worker leases one job at a time ([`run_due`]) and renews the lease while it works; one that is
//! killed leaves a lease that runs out, and another takes the job over. So a job is run at least
//! once, never twice at a time while the clocks of the machines agree to within the lease, and
//! whatever it does must bear being done again. The same work requested while it runs is another
//! job, which waits until that one has ended.

mod embed_tutors;
mod job;
mod match_order;
mod queue;
mod running;

use chrono::TimeDelta;
use domain::text_enum::TextEnum;
use persistence::jobs::{self as rows, JobRow, JobState};
use persistence::{Db, StoreError, Tx, audit};
use serde_json::json;
use uuid::Uuid;

use crate::ServiceError;
use crate::Tools;

pub use job::{Job, JobKind};
pub use queue::LEASE;
pub use running::{Interruption, JobOutcome, RENEWED_EVERY, Run, run_next};

/// Requests a job, unless the same is queued already.
///
/// # Errors
/// The database failed.
pub async fn enqueue(tx: &Tx, job: &Job) -> Result<(), ServiceError> {
    let policy = job.policy();
    let new = rows::NewJob {
        kind: policy.kind.as_str(),
        payload: serde_json::to_value(job)
            .map_err(|_| ServiceError::Internal("a job could not be stored"))?,
        dedup_key: Some(policy.dedup_key),
        max_attempts: policy.max_attempts,
    };
    Ok(rows::enqueue(tx, new).await?)
}

/// Runs one job that is due, if there is one. `interruptions` tells what interrupts it next, and is
/// asked again after each renewal.
///
/// # Errors
/// The database failed. What it kept from being written down is seen once the lease has run out.
pub async fn run_due(
    tools: Tools<'_>,
    worker: &str,
    interruptions: impl AsyncFnMut() -> Interruption,
) -> Result<Option<Run>, ServiceError> {
    run_next(
        tools.db,
        tools.clock,
        worker,
        interruptions,
        async |job, id| job::perform(tools, job, id).await,
    )
    .await
}

/// Queues a dead job again, with all its tries before it.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::InvalidState`] unless it is dead.
pub async fn retry(tx: &Tx, id: Uuid) -> Result<JobRow, ServiceError> {
    let job = rows::lock(tx, id).await?.ok_or(ServiceError::NotFound)?;
    let before = *job.state;
    if before != JobState::Dead {
        return Err(job::not_dead(before).into());
    }
    let again = JobRow {
        attempts: 0,
        run_at: tx.now(),
        ..job
    };
    rows::requeue(tx, again).await?;
    let job = rows::find(tx, id).await?.ok_or(ServiceError::NotFound)?;
    audit::record(
        tx,
        audit::Change {
            action: "job.retried",
            object_type: "job",
            object_id: id.to_string(),
            before: Some(json!({ "state": before })),
            after: Some(json!({ "state": *job.state })),
        },
    )
    .await?;
    Ok(job)
}

/// How much work there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Waiting, also for the time of its next try.
    pub queued: i64,
    pub running: i64,
    /// Given up after the last try: a person must look.
    pub dead: i64,
}

/// # Errors
/// The database failed.
pub async fn backlog(db: &Db) -> Result<Backlog, StoreError> {
    let mut backlog = Backlog::default();
    for (state, count) in rows::count_unfinished(db).await? {
        match state {
            JobState::Queued => backlog.queued = count,
            JobState::Running => backlog.running = count,
            JobState::Dead => backlog.dead = count,
            JobState::Done => {}
        }
    }
    Ok(backlog)
}

/// How long what is done can be looked at.
pub(crate) const DONE_KEPT: TimeDelta = TimeDelta::days(7);
