//! Running one job: the lease renewed while it works, and whatever ends it written down.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use persistence::{Db, StoreError};
use uuid::Uuid;

use super::job::{Job, Policy};
use super::queue::{AfterFailure, Lease, Taken, take};
use crate::clock::Clock;
use crate::{ServiceError, error_chain, panic_words};

/// How often a lease is renewed: two renewals may go wrong before it runs out.
pub const RENEWED_EVERY: Duration = Duration::from_secs(20);

/// What comes between a worker and its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// It is time to renew the lease.
    Renewal,
    /// The worker has to end now.
    End,
}

domain::text_enum! {
    /// What a run has come to.
    JobOutcome {
        Done = "done",
        /// It failed and is queued for its next try.
        Retried = "retried",
        /// It failed, and the same has been requested meanwhile: the next try is that one's.
        Superseded = "superseded",
        /// It failed for the last time.
        Dead = "dead",
        /// The worker ended before it, and has put it back.
        GivenBack = "given_back",
        /// Another worker has taken it over; what this one did counts for nothing.
        LeaseLost = "lease_lost",
    }
}

/// A job that was run, or found dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub job_id: Uuid,
    pub kind: String,
    /// The first is 1.
    pub attempt: i64,
    pub outcome: JobOutcome,
    pub elapsed: TimeDelta,
}

/// How work has ended.
enum Ended {
    Well,
    Failed(Failure),
    Interrupted,
    TakenOver,
}

struct Failure {
    /// For the job's row: fixed words, since an error may quote what somebody wrote.
    why: String,
    /// For the log.
    cause: String,
    /// Another try would fail alike.
    is_for_good: bool,
}

/// Takes a job that is due, if there is one, and does `work` for it. An error or a panic of the
/// work is a failure of the job and no error of this function.
///
/// # Errors
/// The database failed.
pub async fn run_next(
    db: &Db,
    clock: &dyn Clock,
    worker: &str,
    interruptions: impl AsyncFnMut() -> Interruption,
    work: impl AsyncFnOnce(Job, Uuid) -> Result<(), ServiceError>,
) -> Result<Option<Run>, ServiceError> {
    let started = clock.now();
    let (job_id, kind, attempt, outcome, cause) = match take(db, clock, worker).await? {
        None => return Ok(None),
        Some(Taken::Buried(job)) => {
            let outcome = JobOutcome::Dead;
            (job.id, job.kind, job.attempts, outcome, job.last_error)
        }
        Some(Taken::Leased(lease)) => {
            let (outcome, cause) = run(db, clock, &lease, interruptions, work).await?;
            (lease.id, lease.kind, lease.attempt, outcome, cause)
        }
    };
    let run = Run {
        job_id,
        kind,
        attempt,
        outcome,
        elapsed: clock.now() - started,
    };
    log_run(&run, cause.as_deref());
    Ok(Some(run))
}

async fn run(
    db: &Db,
    clock: &dyn Clock,
    lease: &Lease,
    interruptions: impl AsyncFnMut() -> Interruption,
    work: impl AsyncFnOnce(Job, Uuid) -> Result<(), ServiceError>,
) -> Result<(JobOutcome, Option<String>), ServiceError> {
    let Some(job) = lease.job() else {
        let why = "what it is about can't be read";
        let is_ours = lease.bury(db, clock, why).await?;
        return Ok((ours(is_ours, JobOutcome::Dead), Some(why.to_owned())));
    };
    let policy = job.policy();
    let ended = watch(
        db,
        clock,
        lease,
        &policy,
        interruptions,
        work(job, lease.id),
    )
    .await;
    let outcome = match ended {
        Ended::Well => ours(lease.finish(db, clock).await?, JobOutcome::Done),
        Ended::Interrupted => ours(lease.give_back(db, clock).await?, JobOutcome::GivenBack),
        Ended::TakenOver => JobOutcome::LeaseLost,
        Ended::Failed(failure) if failure.is_for_good => {
            let is_ours = lease.bury(db, clock, &failure.why).await?;
            return Ok((ours(is_ours, JobOutcome::Dead), Some(failure.cause)));
        }
        Ended::Failed(failure) => {
            let outcome = match lease.fail(db, clock, &policy, &failure.why).await? {
                Some(AfterFailure::Queued) => JobOutcome::Retried,
                Some(AfterFailure::Superseded) => JobOutcome::Superseded,
                Some(AfterFailure::Dead) => JobOutcome::Dead,
                None => JobOutcome::LeaseLost,
            };
            return Ok((outcome, Some(failure.cause)));
        }
    };
    Ok((outcome, None))
}

fn ours(is_ours: bool, outcome: JobOutcome) -> JobOutcome {
    if is_ours {
        outcome
    } else {
        JobOutcome::LeaseLost
    }
}

/// Sees the work to its end, or drops it when the job is another worker's, when it hangs, or when
/// the worker ends.
async fn watch(
    db: &Db,
    clock: &dyn Clock,
    lease: &Lease,
    policy: &Policy,
    mut interruptions: impl AsyncFnMut() -> Interruption,
    work: impl Future<Output = Result<(), ServiceError>>,
) -> Ended {
    let started = clock.now();
    // What a job shares with others is the database, which rolls back, and the clock.
    let mut work = pin!(AssertUnwindSafe(work).catch_unwind());
    loop {
        let interruption = tokio::select! {
            biased;
            done = &mut work => return ended(done),
            interruption = interruptions() => interruption,
        };
        match interruption {
            Interruption::End => return Ended::Interrupted,
            Interruption::Renewal if clock.now() - started >= policy.time_limit => {
                return Ended::Failed(Failure {
                    why: "it took too long".to_owned(),
                    cause: "it took too long".to_owned(),
                    is_for_good: false,
                });
            }
            Interruption::Renewal => {
                // The renewal may wait for a lock that the work holds, so the work must go on.
                let renewed = tokio::select! {
                    biased;
                    done = &mut work => return ended(done),
                    renewed = lease.renew(db, clock) => renewed,
                };
                match renewed {
                    Ok(true) => {}
                    Ok(false) => return Ended::TakenOver,
                    // Whether the job is still this worker's is asked again when it ends.
                    Err(error) => {
                        let cause = error_chain(&error);
                        log::warn!(job_id:% = lease.id; "a lease was not renewed: {cause}");
                    }
                }
            }
        }
    }
}

fn ended(done: Result<Result<(), ServiceError>, Box<dyn Any + Send>>) -> Ended {
    match done {
        Ok(Ok(())) => Ended::Well,
        Ok(Err(error)) => Ended::Failed(Failure {
            why: fixed_words(&error),
            cause: error_chain(&error),
            is_for_good: error.is_for_good(),
        }),
        Err(panic) => Ended::Failed(Failure {
            why: "it panicked".to_owned(),
            cause: format!("it panicked: {}", panic_words(&*panic)),
            is_for_good: false,
        }),
    }
}

/// What an error says that can't have come from a person's data.
fn fixed_words(error: &ServiceError) -> String {
    match error {
        ServiceError::Store(StoreError::Corrupt(_)) => "stored data make no sense".to_owned(),
        ServiceError::Store(store) => format!("{error}: {store}"),
        _ => error.to_string(),
    }
}

fn log_run(run: &Run, cause: Option<&str>) {
    let (id, kind, attempt) = (run.job_id, run.kind.as_str(), run.attempt);
    let outcome = domain::text_enum::TextEnum::as_str(run.outcome);
    let elapsed_ms = run.elapsed.num_milliseconds();
    let cause = cause.unwrap_or_default();
    match run.outcome {
        JobOutcome::Done | JobOutcome::GivenBack => {
            log::info!(job_id:% = id, kind, attempt, outcome, elapsed_ms; "a job was run");
        }
        JobOutcome::Retried | JobOutcome::Superseded | JobOutcome::LeaseLost => {
            log::warn!(job_id:% = id, kind, attempt, outcome, elapsed_ms; "a job was not done: {cause}");
        }
        JobOutcome::Dead => {
            log::error!(job_id:% = id, kind, attempt, outcome, elapsed_ms; "a job is dead and needs a person: {cause}");
        }
    }
}
