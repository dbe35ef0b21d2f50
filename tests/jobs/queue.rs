//! Requesting work, and taking it.

use chrono::TimeDelta;
use domain::text_enum::TextEnum;
use persistence::jobs::{self as rows, JobState};
use persistence::{Reader, Scope, execute_for_tests, plans_for_tests, write};
use services::ServiceError;
use services::jobs::{JobKind, JobOutcome, enqueue};
use uuid::Uuid;

use super::{jobs, run_badly, run_well, run_with, some_job, states};
use crate::support::TestApp;

#[actix_web::test]
async fn the_same_work_requested_twice_is_one_job_while_it_waits() {
    let app = TestApp::new().await;
    let job = some_job();
    app.enqueue(&job).await;
    app.advance(TimeDelta::seconds(1));
    app.enqueue(&job).await;
    app.enqueue(&some_job()).await;
    assert_eq!(states(&app).await, [JobState::Queued; 2]);
    assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
    app.enqueue(&job).await;
    assert_eq!(states(&app).await.len(), 3);
}

/// What was requested is news: the failures were those of the work without it.
#[actix_web::test]
async fn a_job_that_waits_after_a_failure_begins_anew_once_it_is_requested_again() {
    let app = TestApp::new().await;
    let job = some_job();
    app.enqueue(&job).await;
    for pause in [5, 10] {
        run_badly(&app).await;
        app.advance(TimeDelta::seconds(pause));
    }
    run_badly(&app).await;
    assert_eq!(run_well(&app).await, None);
    app.enqueue(&job).await;
    let run = run_with(&app, async |_, _| Ok(())).await.unwrap();
    assert_eq!((run.attempt, run.outcome), (1, JobOutcome::Done));
}

#[actix_web::test]
async fn a_job_that_is_requested_again_keeps_its_place() {
    let app = TestApp::new().await;
    let first = some_job();
    for job in [&first, &some_job(), &first] {
        app.enqueue(job).await;
        app.advance(TimeDelta::milliseconds(1));
    }
    let run = run_with(&app, async |taken, _| {
        assert_eq!(taken, first);
        Ok(())
    });
    assert_eq!(run.await.unwrap().outcome, JobOutcome::Done);
}

#[actix_web::test]
async fn a_job_that_runs_does_not_swallow_a_new_request() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    let run = run_with(&app, async |job, _| {
        app.enqueue(&job).await;
        Ok(())
    });
    assert_eq!(run.await.unwrap().outcome, JobOutcome::Done);
    assert_eq!(states(&app).await, [JobState::Queued, JobState::Done]);
}

#[actix_web::test]
async fn a_request_that_is_rolled_back_leaves_no_job() {
    let app = TestApp::new().await;
    let undone = write(app.db(), &app.scope(), async |tx| {
        enqueue(tx, &some_job()).await?;
        Err::<(), _>(ServiceError::Conflict)
    })
    .await;
    assert!(matches!(undone, Err(ServiceError::Conflict)));
    assert!(jobs(&app).await.is_empty());
}

/// Otherwise the worker would read what was there before, and the change would have no job.
#[actix_web::test]
async fn a_job_that_is_requested_again_is_not_taken_before_that_is_committed() {
    let app = TestApp::new().await;
    if !app.db().is_postgres() {
        // Nobody takes anything there while another transaction writes.
        return;
    }
    let job = some_job();
    app.enqueue(&job).await;
    write(app.db(), &app.scope(), async |tx| {
        enqueue(tx, &job).await?;
        assert_eq!(run_well(&app).await, None);
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
    assert_eq!(run_well(&app).await, Some(JobOutcome::Done));
}

#[actix_web::test]
async fn the_job_that_has_waited_longest_is_run_first() {
    let app = TestApp::new().await;
    let requested = [some_job(), some_job(), some_job()];
    for job in &requested {
        app.enqueue(job).await;
        app.advance(TimeDelta::milliseconds(1));
    }
    for job in requested {
        let run = run_with(&app, async |taken, _| {
            assert_eq!(taken, job);
            Ok(())
        });
        assert_eq!(run.await.unwrap().outcome, JobOutcome::Done);
    }
}

#[actix_web::test]
async fn a_job_that_only_the_next_version_knows_is_left_to_it() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    execute_for_tests(app.db(), "UPDATE jobs SET kind = 'of_the_next_version'")
        .await
        .unwrap();
    assert_eq!(run_well(&app).await, None);
    assert_eq!(states(&app).await, [JobState::Queued]);
}

#[actix_web::test]
async fn a_seed_requests_no_jobs() {
    let app = TestApp::new().await;
    let run_id = Uuid::now_v7();
    let scope = Scope {
        seed_run_id: Some(run_id),
        ..app.scope()
    };
    write(app.db(), &scope, async |tx| {
        enqueue(tx, &some_job()).await?;
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
    assert!(jobs(&app).await.is_empty());
}

#[actix_web::test]
async fn an_idle_worker_waits_for_nobody_who_writes() {
    let app = TestApp::impatient().await;
    write(app.db(), &app.scope(), async |_| {
        assert_eq!(run_well(&app).await, None);
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
}

#[actix_web::test]
async fn what_is_due_is_found_by_its_index_among_many_that_are_done() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    run_well(&app).await;
    let (numbers, new_id) = if app.db().is_postgres() {
        ("generate_series(1, 5000) AS c (n)", "gen_random_uuid()")
    } else {
        (
            "(WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT n FROM c) AS c",
            "randomblob(16)",
        )
    };
    let columns = "kind, payload, state, run_at, attempts, max_attempts, created_at, finished_at";
    let done =
        format!("INSERT INTO jobs (id, {columns}) SELECT {new_id}, {columns} FROM jobs, {numbers}");
    for sql in [done.as_str(), "ANALYZE jobs"] {
        execute_for_tests(app.db(), sql).await.unwrap();
    }
    app.enqueue(&some_job()).await;
    let kinds = JobKind::texts();
    let plans = plans_for_tests(app.db(), async |db| {
        assert!(rows::has_due(db, &kinds, app.now()).await.unwrap());
    });
    for (sql, plan) in plans.await.unwrap() {
        let plan = plan.join("\n");
        assert!(plan.contains("ix_jobs_due"), "{sql}\n{plan}");
        let reads_all = plan.contains("Seq Scan") || plan.lines().any(|line| line == "SCAN jobs");
        assert!(!reads_all, "{sql}\n{plan}");
    }
}
