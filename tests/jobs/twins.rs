//! Two jobs that do the same work: one runs, the other waits for it.

use chrono::TimeDelta;
use persistence::jobs::JobState;
use persistence::{Reader, execute_for_tests, jobs as rows, write};
use services::ServiceError;
use services::jobs::{JobOutcome, LEASE};

use super::{die_over_it, jobs, run_well, run_with, some_job, states};
use crate::support::TestApp;

#[actix_web::test]
async fn the_same_work_is_not_run_twice_at_a_time() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = run_with(&app, async |job, _| {
        app.enqueue(&job).await;
        assert_eq!(run_well(&app).await, None);
        Ok(())
    });
    assert_eq!(run.await.unwrap().outcome, JobOutcome::Done);
    assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
    assert_eq!(states(&app).await, [JobState::Done; 2]);
}

#[actix_web::test]
async fn a_job_that_waits_for_its_twin_is_in_nobodys_way() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = run_with(&app, async |job, _| {
        app.enqueue(&job).await;
        app.advance(TimeDelta::milliseconds(1));
        let other = some_job();
        app.enqueue(&other).await;
        let run = run_with(&app, async |taken, _| {
            assert_eq!(taken, other);
            Ok(())
        });
        assert_eq!(run.await.unwrap().outcome, JobOutcome::Done);
        Ok(())
    });
    assert_eq!(run.await.unwrap().outcome, JobOutcome::Done);
}

#[actix_web::test]
async fn a_job_without_a_key_has_no_twin() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    app.enqueue(&some_job()).await;
    execute_for_tests(app.db(), "UPDATE jobs SET dedup_key = NULL")
        .await
        .unwrap();
    let run = run_with(&app, async |_, _| {
        assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
        app.enqueue(&some_job()).await;
        assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
        Ok(())
    });
    assert_eq!(run.await.unwrap().outcome, JobOutcome::Done);
}

#[actix_web::test]
async fn a_job_whose_twin_lost_its_worker_waits_for_the_lease_and_then_for_the_successor() {
    let app = TestApp::new().await;
    let job = some_job();
    app.enqueue(&job).await;
    die_over_it(&app).await;
    app.enqueue(&job).await;
    app.advance(LEASE - TimeDelta::microseconds(1));
    assert_eq!(run_well(&app).await, None);
    app.advance(TimeDelta::microseconds(1));
    let run = run_with(&app, async |_, _| {
        assert_eq!(run_well(&app).await, None);
        Ok(())
    });
    let run = run.await.unwrap();
    assert_eq!((run.attempt, run.outcome), (2, JobOutcome::Done));
    assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
}

/// Whoever holds the row is about to take it over or to renew its lease.
#[actix_web::test]
async fn a_job_is_not_taken_while_another_worker_takes_over_its_twin() {
    let app = TestApp::new().await;
    if !app.db().is_postgres() {
        // Nobody takes anything there while another transaction writes.
        return;
    }
    let job = some_job();
    app.enqueue(&job).await;
    die_over_it(&app).await;
    let orphan = jobs(&app).await[0].id;
    app.enqueue(&job).await;
    app.advance(LEASE);
    write(app.db(), &app.scope(), async |tx| {
        rows::lock(tx, orphan).await?;
        assert_eq!(run_well(&app).await, None);
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
}
