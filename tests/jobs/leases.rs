//! Whose a job is, and for how long.

use std::cell::Cell;
use std::future::pending;

use chrono::{DateTime, TimeDelta, Utc};
use persistence::jobs::{self as rows, JobState};
use persistence::write;
use services::ServiceError;
use services::jobs::{Interruption, JobOutcome, LEASE, RENEWED_EVERY, Run, run_next};
use tokio::sync::oneshot;

use super::{die_over_it, jobs, run_well, run_with, some_job, states};
use crate::support::{TestApp, never};

/// Runs the next job by work that never ends, interrupted so.
async fn interrupted(app: &TestApp, by: impl AsyncFnMut() -> Interruption) -> Run {
    let work = async |_, _| pending().await;
    let run = run_next(app.db(), app.clock.as_ref(), "first", by, work);
    run.await.unwrap().unwrap()
}

fn renewal_time() -> TimeDelta {
    TimeDelta::from_std(RENEWED_EVERY).unwrap()
}

#[actix_web::test]
async fn a_job_whose_worker_is_gone_is_taken_over_after_the_lease() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    die_over_it(&app).await;
    app.advance(LEASE - TimeDelta::microseconds(1));
    assert_eq!(run_well(&app).await, None);
    app.advance(TimeDelta::microseconds(1));
    let run = run_with(&app, async |_, _| Ok(())).await.unwrap();
    assert_eq!((run.attempt, run.outcome), (2, JobOutcome::Done));
}

#[actix_web::test]
async fn a_lease_is_renewed_for_as_long_as_the_job_runs() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let (end, ended) = oneshot::channel();
    let (mut end, renewals) = (Some(end), Cell::new(0));
    let by = async || {
        assert_eq!(run_well(&app).await, None, "after {}", renewals.get());
        app.advance(renewal_time());
        renewals.set(renewals.get() + 1);
        if renewals.get() == 10 {
            end.take().unwrap().send(()).unwrap();
            pending::<()>().await;
        }
        Interruption::Renewal
    };
    let work = async |_, _| {
        ended.await.unwrap();
        Ok(())
    };
    let run = run_next(app.db(), app.clock.as_ref(), "first", by, work);
    let run = run.await.unwrap().unwrap();
    assert_eq!(run.outcome, JobOutcome::Done);
    assert!(run.elapsed > LEASE * 2, "{run:?}");
}

/// Until when the only job is leased.
async fn leased_until(app: &TestApp) -> Option<DateTime<Utc>> {
    jobs(app).await[0].leased_until
}

/// The work holds the very lock that the renewal waits for: were it not to go on meanwhile, neither
/// would.
#[actix_web::test]
async fn work_goes_on_while_its_lease_is_renewed() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let (lock, locked) = oneshot::channel();
    let (renew, renewing) = oneshot::channel();
    let (end, renewed) = oneshot::channel();
    let work = async |_, id| {
        let (lock, renewing) = (Cell::new(Some(lock)), Cell::new(Some(renewing)));
        write(app.db(), &app.scope(), async |tx| {
            rows::lock(tx, id).await?;
            lock.take().unwrap().send(()).unwrap();
            renewing.take().unwrap().await.unwrap();
            Ok::<_, ServiceError>(())
        })
        .await?;
        renewed.await.unwrap();
        Ok(())
    };
    let mut signals = Some((locked, renew));
    let mut end = Some(end);
    let by = async || {
        if let Some((locked, renew)) = signals.take() {
            locked.await.unwrap();
            app.advance(renewal_time());
            renew.send(()).unwrap();
            return Interruption::Renewal;
        }
        assert_eq!(leased_until(&app).await, Some(app.now() + LEASE));
        end.take().unwrap().send(()).unwrap();
        pending().await
    };
    let run = run_next(app.db(), app.clock.as_ref(), "first", by, work);
    assert_eq!(run.await.unwrap().unwrap().outcome, JobOutcome::Done);
}

#[actix_web::test]
async fn a_job_that_hangs_has_failed() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = interrupted(&app, async || {
        app.advance(renewal_time());
        Interruption::Renewal
    });
    let run = run.await;
    assert_eq!(run.outcome, JobOutcome::Retried);
    assert_eq!(run.elapsed, TimeDelta::minutes(5));
    let kept = jobs(&app).await[0].last_error.clone();
    assert_eq!(kept.as_deref(), Some("it took too long"));
}

#[actix_web::test]
async fn a_worker_that_has_to_end_gives_its_job_back_as_it_was() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = interrupted(&app, async || Interruption::End).await;
    assert_eq!(run.outcome, JobOutcome::GivenBack);
    let again = run_with(&app, async |_, _| Ok(())).await.unwrap();
    assert_eq!((again.attempt, again.outcome), (1, JobOutcome::Done));
}

#[actix_web::test]
async fn a_worker_drops_what_another_has_taken_over() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = interrupted(&app, async || {
        app.advance(LEASE);
        assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
        Interruption::Renewal
    });
    assert_eq!(run.await.outcome, JobOutcome::LeaseLost);
    assert_eq!(states(&app).await, [JobState::Done]);
}

/// A worker that was silent for too long ends so while its successor runs the job.
async fn late_end_is_nobodys(result: Result<(), ServiceError>) {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let (begin, begun) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let late = async {
        let run = run_with(&app, async |_, _| {
            app.advance(LEASE);
            let successor = run_next(
                app.db(),
                app.clock.as_ref(),
                "second",
                never,
                async |_, _| {
                    begin.send(()).unwrap();
                    pending().await
                },
            );
            // It goes no further than to begin: what it does then is nothing.
            tokio::select! {
                run = successor => unreachable!("{run:?}"),
                begun = begun => begun.unwrap(),
            }
            result
        });
        end.send(run.await.unwrap().outcome).unwrap();
    };
    late.await;
    assert_eq!(ended.await.unwrap(), JobOutcome::LeaseLost);
    let job = &jobs(&app).await[0];
    assert_eq!((*job.state, job.attempts), (JobState::Running, 2));
    assert!(job.worker.as_deref().unwrap().starts_with("second/"));
    assert_eq!(job.last_error, None);
}

#[actix_web::test]
async fn a_worker_taken_for_dead_does_not_finish_the_job_of_its_successor() {
    late_end_is_nobodys(Ok(())).await;
}

#[actix_web::test]
async fn a_worker_taken_for_dead_does_not_fail_the_job_of_its_successor() {
    late_end_is_nobodys(Err(ServiceError::Conflict)).await;
}

#[actix_web::test]
async fn a_job_that_ends_each_of_its_workers_is_dead_in_the_end() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    for _ in 0..10 {
        die_over_it(&app).await;
        app.advance(LEASE);
    }
    assert_eq!(run_well(&app).await, Some(JobOutcome::Dead));
    let kept = jobs(&app).await[0].last_error.clone();
    assert_eq!(kept.as_deref(), Some("its worker was lost"));
}
