//! What is shown of the queue, and what is kept.

use chrono::TimeDelta;
use persistence::jobs::{self as rows, JobState};
use persistence::{PageRequest, execute_for_tests};
use services::jobs::{Backlog, backlog};
use services::retention;

use super::{jobs, run_badly, run_well, run_with, some_job};
use crate::support::TestApp;

#[actix_web::test]
async fn jobs_are_listed_by_their_state_page_by_page() {
    let app = TestApp::new().await;
    for _ in 0..7 {
        app.enqueue(&some_job()).await;
        app.advance(TimeDelta::milliseconds(1));
    }
    for _ in 0..2 {
        run_well(&app).await;
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest {
            list: "jobs".into(),
            limit: 2,
            after,
        };
        let page = rows::list(app.db(), Some(JobState::Queued), &request).await;
        let page = page.unwrap();
        listed.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut queued = jobs(&app).await.split_off(2);
    queued.reverse();
    assert_eq!(listed, queued);
}

#[actix_web::test]
async fn the_backlog_is_what_waits_what_runs_and_what_is_dead() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        app.enqueue(&some_job()).await;
    }
    execute_for_tests(app.db(), "UPDATE jobs SET max_attempts = 1")
        .await
        .unwrap();
    run_well(&app).await;
    run_badly(&app).await;
    let mut seen = Backlog::default();
    let run = run_with(&app, async |_, _| {
        seen = backlog(app.db()).await?;
        Ok(())
    });
    run.await;
    let expected = Backlog {
        queued: 2,
        running: 1,
        dead: 1,
    };
    assert_eq!(seen, expected);
}

#[actix_web::test]
async fn jobs_are_deleted_a_week_after_they_were_done_and_the_dead_stay() {
    let app = TestApp::new().await;
    app.enqueue(&some_job()).await;
    execute_for_tests(app.db(), "UPDATE jobs SET max_attempts = 1")
        .await
        .unwrap();
    run_badly(&app).await;
    app.enqueue(&some_job()).await;
    run_well(&app).await;
    app.advance(TimeDelta::days(7) - TimeDelta::microseconds(1));
    let purge = async || retention::purge(app.db(), &app.scope()).await.unwrap();
    assert_eq!(purge().await, 0);
    app.advance(TimeDelta::microseconds(1));
    assert_eq!(purge().await, 1);
    let left: Vec<JobState> = jobs(&app).await.iter().map(|job| *job.state).collect();
    assert_eq!(left, [JobState::Dead]);
}
