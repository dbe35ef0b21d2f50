//! Work that fails: tried again, given up, looked at by a person.

use chrono::TimeDelta;
use persistence::jobs::JobState;
use persistence::{StoreError, execute_for_tests, integer_for_tests, write};
use services::ServiceError;
use services::jobs::{JobOutcome, retry};
use uuid::Uuid;

use super::{jobs, run_badly, run_well, run_with, some_job, states};
use crate::support::TestApp;

#[actix_web::test]
async fn a_job_that_fails_is_tried_again_after_pauses_that_double() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    for pause in [5, 10, 20, 40] {
        assert_eq!(run_badly(&app).await, Some(JobOutcome::Retried));
        app.advance(TimeDelta::seconds(pause) - TimeDelta::microseconds(1));
        assert_eq!(run_badly(&app).await, None, "before {pause} s");
        app.advance(TimeDelta::microseconds(1));
    }
    assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
    let job = &jobs(&app).await[0];
    assert_eq!((job.attempts, &job.last_error), (5, &None));
}

/// Makes the only job fail until it is dead; how often it was tried.
async fn fail_to_death(app: &TestApp) -> usize {
    let mut tries = 1;
    while run_badly(app).await.unwrap() != JobOutcome::Dead {
        tries += 1;
        app.advance(TimeDelta::minutes(10));
    }
    tries
}

#[actix_web::test]
async fn a_job_is_dead_after_its_last_try() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    assert_eq!(fail_to_death(&app).await, 10);
    app.advance(TimeDelta::days(1));
    assert_eq!(run_well(&app).await, None);
    let job = &jobs(&app).await[0];
    assert_eq!(*job.state, JobState::Dead);
    assert_eq!(job.last_error.as_deref(), Some("it is busy"));
}

#[actix_web::test]
async fn a_job_that_panics_has_failed_and_its_worker_lives() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = run_with(&app, async |_, _| panic!("for the test"));
    assert_eq!(run.await.unwrap().outcome, JobOutcome::Retried);
    app.advance(TimeDelta::seconds(5));
    assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
}

#[actix_web::test]
async fn what_a_person_wrote_is_not_kept_with_a_failure() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let address = "anna@somewhere.test";
    run_with(&app, async |_, _| {
        Err(StoreError::Corrupt(address.into()).into())
    })
    .await;
    let kept = jobs(&app).await[0].last_error.clone();
    assert_eq!(kept.as_deref(), Some("stored data make no sense"));
    app.advance(TimeDelta::seconds(5));
    run_with(&app, async |_, _| panic!("no mail for {address}")).await;
    let kept = jobs(&app).await[0].last_error.clone();
    assert_eq!(kept.as_deref(), Some("it panicked"));
}

#[actix_web::test]
async fn a_job_that_cannot_be_read_is_dead_at_once() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let sql = r#"UPDATE jobs SET payload = '{"kind": "match_order"}'"#;
    execute_for_tests(app.db(), sql).await.unwrap();
    assert_eq!(run_well(&app).await, Some(JobOutcome::Dead));
}

#[actix_web::test]
async fn a_failed_job_leaves_its_next_try_to_a_request_that_came_meanwhile() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = run_with(&app, async |job, _| {
        app.enqueue(&job).await;
        Err(ServiceError::Conflict)
    });
    assert_eq!(run.await.unwrap().outcome, JobOutcome::Superseded);
    assert_eq!(states(&app).await, [JobState::Queued, JobState::Done]);
    assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
}

async fn retried(app: &TestApp, id: Uuid) -> Result<JobState, ServiceError> {
    write(app.db(), &app.scope(), async |tx| {
        Ok::<_, ServiceError>(*retry(tx, id).await?.state)
    })
    .await
}

#[actix_web::test]
async fn a_dead_job_that_is_retried_has_all_its_tries_again() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    fail_to_death(&app).await;
    let id = jobs(&app).await[0].id;
    assert_eq!(retried(&app, id).await.unwrap(), JobState::Queued);
    assert_eq!(fail_to_death(&app).await, 10);
    let audited = "SELECT count(*) FROM audit_events WHERE action = 'job.retried'";
    assert_eq!(integer_for_tests(app.db(), audited).await.unwrap(), 1);
}

#[actix_web::test]
async fn a_dead_job_whose_work_is_requested_anew_is_retried_by_that() {
    let app = TestApp::new().await;
    let job = some_job();
    app.enqueue(&job).await;
    fail_to_death(&app).await;
    let id = jobs(&app).await[0].id;
    app.enqueue(&job).await;
    assert_eq!(retried(&app, id).await.unwrap(), JobState::Done);
    assert_eq!(states(&app).await, [JobState::Queued, JobState::Done]);
}

#[actix_web::test]
async fn a_job_that_is_not_dead_is_not_retried() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let id = jobs(&app).await[0].id;
    let refused = retried(&app, id).await;
    assert!(matches!(refused, Err(ServiceError::InvalidState(_))));
    let unknown = retried(&app, Uuid::now_v7()).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound)));
}
