//! What the server does by itself, again and again.

use std::time::Duration;

use chrono::TimeDelta;
use persistence::integer_for_tests;
use services::{embeddings, retention};

use crate::support::{TestApp, order_body, start_openai};

async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("SELECT CAST(count(*) AS bigint) FROM {table}");
    integer_for_tests(app.db(), &sql).await.unwrap()
}

async fn purge(app: &TestApp) -> usize {
    retention::purge(app.db(), &app.scope()).await.unwrap()
}

#[actix_web::test]
async fn the_round_after_one_that_panics_comes_all_the_same() {
    let (come, came) = tokio::sync::oneshot::channel();
    let mut come = Some(come);
    let mut rounds = 0;
    let housekeeping = api::housekeeping::again_and_again(Duration::ZERO, async || {
        rounds += 1;
        assert!(rounds > 1, "the first round goes wrong");
        if let Some(come) = come.take() {
            come.send(()).unwrap();
        }
    });
    tokio::select! {
        () = housekeeping => unreachable!("it never ends"),
        came = came => came.unwrap(),
    }
}

#[actix_web::test]
async fn stored_answers_are_deleted_after_a_day() {
    let app = TestApp::new().await;
    let student = app.student().await;
    // More than one batch of them.
    let sql = format!(
        "INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at) \
         SELECT user_id, 'key-' || n, fingerprint, created_at FROM idempotency_keys, \
         (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {}) \
          SELECT n FROM numbers) AS numbers",
        1_000
    );
    let keyed = student.with("idempotency-key", "first");
    keyed.post("/orders", order_body()).await.expect(201);
    persistence::execute_for_tests(app.db(), &sql)
        .await
        .unwrap();
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    let keyed = app.again(&student).await.with("idempotency-key", "second");
    keyed.post("/orders", order_body()).await.expect(201);
    assert_eq!(purge(&app).await, 0);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(purge(&app).await, 1_001);
    assert_eq!(count(&app, "idempotency_keys").await, 1);
}

#[actix_web::test]
async fn a_session_is_deleted_with_its_tokens_once_nobody_can_go_on_with_it() {
    let app = TestApp::new().await;
    let student = app.student().await;
    app.again(&student)
        .await
        .act("/auth/logout")
        .await
        .expect(204);
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    app.again(&student).await;
    purge(&app).await;
    assert_eq!(count(&app, "sessions").await, 3);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(purge(&app).await, 2);
    assert_eq!(count(&app, "sessions").await, 1);
    assert_eq!(count(&app, "refresh_tokens").await, 1);
}

#[actix_web::test]
async fn an_embedding_is_deleted_once_nobody_has_asked_for_it_in_a_month() {
    let fake = start_openai().await;
    let app = TestApp::with_models(&fake.base_url()).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    student
        .act(&format!("/orders/{order}/matches"))
        .await
        .expect(200);
    assert_eq!(count(&app, "embedding_cache").await, 1);
    app.advance(TimeDelta::days(30));
    purge(&app).await;
    assert_eq!(count(&app, "embedding_cache").await, 1);
    app.advance(TimeDelta::seconds(1));
    purge(&app).await;
    assert_eq!(count(&app, "embedding_cache").await, 0);
}

#[actix_web::test]
async fn tutors_whom_nobody_has_asked_to_embed_are_embedded_all_the_same() {
    let fake = start_openai().await;
    let app = TestApp::with_models(&fake.base_url()).await;
    let (_, tutor) = app.tutor().await;
    app.verify(&tutor).await;
    let asked = async || {
        embeddings::request_pending(app.tools(), &app.scope())
            .await
            .unwrap()
    };
    let embedded =
        "SELECT CAST(count(*) AS bigint) FROM tutor_profiles WHERE embedded_with IS NOT NULL";
    // As a seed leaves them: without the job that their use case would have queued.
    persistence::execute_for_tests(app.db(), "DELETE FROM jobs")
        .await
        .unwrap();
    app.run_jobs().await;
    assert_eq!(integer_for_tests(app.db(), embedded).await.unwrap(), 0);
    assert_eq!(asked().await, 1);
    app.run_jobs().await;
    assert_eq!(integer_for_tests(app.db(), embedded).await.unwrap(), 1);
    assert_eq!(asked().await, 0);
}
