//! The job queue: what is requested is done, once at a time, whoever dies over it.

mod failures;
mod leases;
mod lists;
mod parallel;
mod queue;
mod twins;

use std::future::pending;

use persistence::PageRequest;
use persistence::jobs::{self as rows, JobRow, JobState};
use services::ServiceError;
use services::jobs::{Job, JobOutcome, Run, run_next};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::support::{TestApp, never};

/// Some work that no other job does.
fn some_job() -> Job {
    Job::MatchOrder {
        order_id: Uuid::now_v7(),
    }
}

/// Runs the next job, if one is due, by other work than its own.
async fn run_with(
    app: &TestApp,
    work: impl AsyncFnOnce(Job, Uuid) -> Result<(), ServiceError>,
) -> Option<Run> {
    run_next(app.db(), app.clock.as_ref(), "first", never, work)
        .await
        .unwrap()
}

async fn run_well(app: &TestApp) -> Option<JobOutcome> {
    let run = run_with(app, async |_, _| Ok(())).await;
    run.map(|run| run.outcome)
}

async fn run_badly(app: &TestApp) -> Option<JobOutcome> {
    let run = run_with(app, async |_, _| Err(ServiceError::Conflict)).await;
    run.map(|run| run.outcome)
}

/// Begins the next job and is gone in the middle of it.
async fn die_over_it(app: &TestApp) {
    let (begin, begun) = oneshot::channel();
    let run = run_with(app, async |_, _| {
        begin.send(()).unwrap();
        pending().await
    });
    tokio::select! {
        run = run => unreachable!("{run:?}"),
        begun = begun => begun.unwrap(),
    }
}

/// Every job in the database, the oldest first.
async fn jobs(app: &TestApp) -> Vec<JobRow> {
    let request = PageRequest {
        list: "jobs".into(),
        limit: 100,
        after: None,
    };
    let mut jobs = rows::list(app.db(), None, &request).await.unwrap().items;
    jobs.reverse();
    jobs
}

/// The state of every job, in the order of a job's life.
async fn states(app: &TestApp) -> Vec<JobState> {
    let mut states: Vec<JobState> = jobs(app).await.iter().map(|job| *job.state).collect();
    states.sort();
    states
}
