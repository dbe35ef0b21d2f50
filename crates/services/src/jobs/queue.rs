//! The moves of a job's row. Each is one transaction, and each but the first asks whether the lease
//! is still the worker's own: one that was taken for dead must not end what another has taken over.

use chrono::TimeDelta;
use domain::text_enum::TextEnum;
use persistence::jobs::{self as rows, JobRow, JobState};
use persistence::{Actor, Db, Scope, Stored, Tx, write};
use uuid::Uuid;

use super::job::{Job, JobKind, Policy};
use crate::ServiceError;
use crate::clock::Clock;

/// How long a worker is believed to live that says nothing.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Said of a job whose worker has died with every one of its tries.
const LOST: &str = "its worker was lost";

/// What a worker has found.
pub(super) enum Taken {
    /// A job that is its own for the time of the lease.
    Leased(Lease),
    /// One that has ended its worker at its last try, dead by now.
    Buried(JobRow),
}

/// A job in the hands of a worker.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub id: Uuid,
    pub kind: String,
    pub attempt: i64,
    pub payload: persistence::Json,
    /// Another text for each lease: also of one worker the earlier must not end the later.
    worker: String,
}

/// A scope of the queue's own transactions.
fn now(clock: &dyn Clock) -> Scope {
    Scope::new(clock.now(), Actor::Job)
}

/// Takes the job that has waited longest. Only kinds that this program knows: during a deployment
/// the queue holds what only the next version can do.
pub(super) async fn take(
    db: &Db,
    clock: &dyn Clock,
    worker: &str,
) -> Result<Option<Taken>, ServiceError> {
    let kinds = JobKind::texts();
    if !rows::has_due(db, &kinds, clock.now()).await? {
        return Ok(None);
    }
    write(db, &now(clock), async |tx| {
        let Some(job) = rows::lock_due(tx, &kinds).await? else {
            return Ok(None);
        };
        if job.attempts >= job.max_attempts {
            let buried = dead(tx, job, LOST);
            rows::update(tx, buried.clone()).await?;
            return Ok(Some(Taken::Buried(buried)));
        }
        let lease = Lease {
            id: job.id,
            kind: job.kind.clone(),
            attempt: job.attempts + 1,
            payload: job.payload.clone(),
            worker: format!("{worker}/{}", tx.new_id().simple()),
        };
        let running = JobRow {
            state: Stored(JobState::Running),
            attempts: lease.attempt,
            leased_until: Some(tx.now() + LEASE),
            worker: Some(lease.worker.clone()),
            ..job
        };
        rows::update(tx, running).await?;
        Ok::<_, ServiceError>(Some(Taken::Leased(lease)))
    })
    .await
}

impl Lease {
    /// What is to be done; `None` if it can't be read.
    pub fn job(&self) -> Option<Job> {
        serde_json::from_value(self.payload.clone()).ok()
    }

    /// Keeps the job; tells whether it is still this worker's.
    pub async fn renew(&self, db: &Db, clock: &dyn Clock) -> Result<bool, ServiceError> {
        self.on_own(db, clock, async |tx, job| {
            let renewed = JobRow {
                leased_until: Some(tx.now() + LEASE),
                ..job
            };
            rows::update(tx, renewed).await?;
            Ok(true)
        })
        .await
    }

    /// Writes down that the job is done.
    pub async fn finish(&self, db: &Db, clock: &dyn Clock) -> Result<bool, ServiceError> {
        self.on_own(db, clock, async |tx, job| {
            let done = JobRow {
                state: Stored(JobState::Done),
                leased_until: None,
                last_error: None,
                finished_at: Some(tx.now()),
                ..job
            };
            rows::update(tx, done).await?;
            Ok(true)
        })
        .await
    }

    /// Gives the job up for good.
    pub async fn bury(&self, db: &Db, clock: &dyn Clock, why: &str) -> Result<bool, ServiceError> {
        self.on_own(db, clock, async |tx, job| {
            let buried = dead(tx, job, why);
            rows::update(tx, buried).await?;
            Ok(true)
        })
        .await
    }

    /// Writes down that this try failed: the job is queued for the next one, or dead if there is
    /// none. Tells what became of it; `None` if it is another worker's.
    pub async fn fail(
        &self,
        db: &Db,
        clock: &dyn Clock,
        policy: &Policy,
        why: &str,
    ) -> Result<Option<AfterFailure>, ServiceError> {
        self.on_own(db, clock, async |tx, job| {
            if job.attempts >= job.max_attempts {
                rows::update(tx, dead(tx, job, why)).await?;
                return Ok(Some(AfterFailure::Dead));
            }
            let again = JobRow {
                run_at: tx.now() + policy.pause_after(job.attempts),
                last_error: Some(why.to_owned()),
                ..job
            };
            Ok(Some(if rows::requeue(tx, again).await? {
                AfterFailure::Queued
            } else {
                AfterFailure::Superseded
            }))
        })
        .await
    }

    /// Puts the job back as if it had never been begun: it isn't its fault that the worker ends.
    pub async fn give_back(&self, db: &Db, clock: &dyn Clock) -> Result<bool, ServiceError> {
        self.on_own(db, clock, async |tx, job| {
            let again = JobRow {
                attempts: job.attempts - 1,
                ..job
            };
            rows::requeue(tx, again).await?;
            Ok(true)
        })
        .await
    }

    /// Makes a move if the lease is still the one that counts; otherwise gives what stands for no.
    async fn on_own<T: Default>(
        &self,
        db: &Db,
        clock: &dyn Clock,
        move_on: impl AsyncFn(&Tx, JobRow) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        write(db, &now(clock), async |tx| {
            match rows::lock_leased(tx, self.id, &self.worker).await? {
                Some(job) => move_on(tx, job).await,
                None => Ok(T::default()),
            }
        })
        .await
    }
}

/// What becomes of a job that has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterFailure {
    Queued,
    /// The same was requested meanwhile, so the next try is that one's.
    Superseded,
    Dead,
}

fn dead(tx: &Tx, job: JobRow, why: &str) -> JobRow {
    JobRow {
        state: Stored(JobState::Dead),
        leased_until: None,
        last_error: Some(why.to_owned()),
        finished_at: Some(tx.now()),
        ..job
    }
}
