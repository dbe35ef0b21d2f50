//! Orders matched by a job: whoever places one doesn't wait, and those whom it suits are told.

use std::time::Duration;

use chrono::TimeDelta;
use persistence::{execute_for_tests, orders, texts_for_tests};
use serde_json::{Value, json};
use services::jobs::{Job, JobOutcome};
use services::matching::{self, Wanted};
use uuid::Uuid;

use super::{tutor_ids, verified};
use crate::support::{Client, TestApp, order_body, profile_body};

/// What became of the jobs that match orders.
async fn outcomes(app: &TestApp) -> Vec<JobOutcome> {
    let runs = app.run_jobs().await.into_iter();
    let matched = runs.filter(|run| run.kind == "match_order");
    matched.map(|run| run.outcome).collect()
}

async fn edit(student: &Client, order: &str, change: Value) {
    let seen = student.with("if-match", "*");
    let path = format!("/orders/{order}");
    seen.patch(&path, change).await.expect(200);
}

async fn kept(student: &Client, order: &str) -> Value {
    let path = format!("/orders/{order}/matches");
    student.get(&path).await.expect(200)
}

/// Who was told of a match, the same person as often as they were told.
async fn told(app: &TestApp) -> Vec<String> {
    let sql = "SELECT p.bio FROM outbox o JOIN tutor_profiles p ON p.user_id = o.user_id \
               WHERE o.type = 'new_order_match' ORDER BY p.bio";
    texts_for_tests(app.db(), sql).await.unwrap()
}

/// A verified tutor who is recognised by the bio.
async fn tutor(app: &TestApp, bio: &str, hourly_rate: i64) -> (Client, String) {
    let mut profile = profile_body();
    profile["bio"] = json!(bio);
    profile["hourly_rate"] = json!(hourly_rate);
    verified(app, profile).await
}

#[actix_web::test]
async fn a_new_order_is_matched_once_its_job_has_run() {
    let app = TestApp::new().await;
    for _ in 0..11 {
        verified(&app, profile_body()).await;
    }
    let student = app.student().await;
    let order = app.order(&student).await;
    assert_eq!(kept(&student, &order).await["computed_at"], Value::Null);
    assert_eq!(outcomes(&app).await, [JobOutcome::Done]);
    let result = kept(&student, &order).await;
    assert_eq!(result["computed_at"], json!(app.now()));
    assert_eq!(result["stale"], false);
    assert_eq!(tutor_ids(&result).len(), 10);
}

#[actix_web::test]
async fn an_edited_order_is_stale_until_its_job_has_run() {
    let app = TestApp::new().await;
    tutor(&app, "а", 150_000).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    app.run_jobs().await;
    edit(&student, &order, json!({ "budget_max": 120_000 })).await;
    assert_eq!(kept(&student, &order).await["stale"], true);
    assert_eq!(outcomes(&app).await, [JobOutcome::Done]);
    let result = kept(&student, &order).await;
    assert_eq!(
        (&result["stale"], &result["matches"]),
        (&json!(false), &json!([]))
    );
}

#[actix_web::test]
async fn a_result_with_an_edited_or_a_hidden_tutor_is_stale_until_its_job_has_run() {
    let app = TestApp::new().await;
    let (first, _) = tutor(&app, "а", 150_000).await;
    let (_, second) = tutor(&app, "б", 150_000).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let order_id = Uuid::parse_str(&order).unwrap();
    app.run_jobs().await;
    let again = async || {
        assert_eq!(kept(&student, &order).await["stale"], true);
        app.enqueue(&Job::MatchOrder { order_id }).await;
        app.run_jobs().await;
        let result = kept(&student, &order).await;
        assert_eq!(result["stale"], false);
        tutor_ids(&result).len()
    };
    let seen = first.with("if-match", "*");
    let change = json!({ "experience_years": 9 });
    seen.patch("/me/tutor-profile", change).await.expect(200);
    assert_eq!(again().await, 2);
    let hide = "UPDATE tutor_profiles SET hidden_at = created_at WHERE bio = 'б'";
    execute_for_tests(app.db(), hide).await.unwrap();
    let shown = tutor_ids(&kept(&student, &order).await);
    assert!(!shown.contains(&second), "{shown:?}");
    assert_eq!(again().await, 1);
}

#[actix_web::test]
async fn each_tutor_is_told_of_an_order_once_whatever_becomes_of_it() {
    let app = TestApp::new().await;
    tutor(&app, "а", 150_000).await;
    let (_, dear) = tutor(&app, "б", 195_000).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    app.run_jobs().await;
    assert_eq!(told(&app).await, ["а", "б"]);
    // One falls out of the matches and comes back into them.
    for budget in [160_000, 180_000, 200_000] {
        edit(&student, &order, json!({ "budget_max": budget })).await;
        app.run_jobs().await;
        let matched = tutor_ids(&kept(&student, &order).await);
        assert_eq!(matched.contains(&dear), budget >= 180_000);
    }
    assert_eq!(told(&app).await, ["а", "б"]);
    app.order(&student).await;
    app.run_jobs().await;
    assert_eq!(told(&app).await, ["а", "а", "б", "б"]);
}

#[actix_web::test]
async fn a_tutor_who_comes_into_the_matches_later_is_told_then_with_the_rank() {
    let app = TestApp::new().await;
    tutor(&app, "а", 150_000).await;
    tutor(&app, "б", 195_000).await;
    let student = app.student().await;
    let mut body = order_body();
    body["budget_max"] = json!(150_000);
    let order = student.post("/orders", body).await.expect(201);
    let order = order["id"].as_str().unwrap();
    app.run_jobs().await;
    assert_eq!(told(&app).await, ["а"]);
    edit(&student, order, json!({ "budget_max": 180_000 })).await;
    app.run_jobs().await;
    assert_eq!(told(&app).await, ["а", "б"]);
    let sql = "SELECT CAST(o.data AS text) FROM outbox o JOIN tutor_profiles p ON p.user_id = o.user_id \
               WHERE p.bio = 'б' AND o.type = 'new_order_match'";
    let data = texts_for_tests(app.db(), sql).await.unwrap().remove(0);
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (&data["order_id"], &data["rank"]),
        (&json!(order), &json!(2))
    );
}

#[actix_web::test]
async fn tutors_whom_a_student_has_found_by_hand_are_told_by_the_job_alone() {
    let app = TestApp::new().await;
    tutor(&app, "а", 150_000).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    student
        .act(&format!("/orders/{order}/matches"))
        .await
        .expect(200);
    assert!(told(&app).await.is_empty());
    app.run_jobs().await;
    assert_eq!(told(&app).await, ["а"]);
}

#[actix_web::test]
async fn an_order_that_is_over_is_not_matched() {
    let app = TestApp::new().await;
    tutor(&app, "а", 150_000).await;
    let student = app.student().await;
    let cancelled = app.order(&student).await;
    let path = format!("/orders/{cancelled}/cancel");
    student.act(&path).await.expect(200);
    let expired = app.order(&student).await;
    app.advance(TimeDelta::days(31));
    assert_eq!(outcomes(&app).await, [JobOutcome::Done; 2]);
    let student = app.again(&student).await;
    for order in [cancelled, expired] {
        assert_eq!(kept(&student, &order).await["computed_at"], Value::Null);
    }
    assert!(told(&app).await.is_empty());
}

#[actix_web::test]
async fn a_result_of_an_older_version_does_not_replace_one_of_a_newer() {
    let app = TestApp::new().await;
    tutor(&app, "а", 150_000).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let id = Uuid::parse_str(&order).unwrap();
    let older = orders::find(app.db(), id, app.now())
        .await
        .unwrap()
        .unwrap();
    edit(&student, &order, json!({ "budget_max": 120_000 })).await;
    let path = format!("/orders/{order}/matches");
    let newer = student.act(&path).await.expect(200);
    app.advance(TimeDelta::seconds(1));
    let tools = app.tools();
    let wanted = Wanted {
        limit: 10,
        arrived: tools.clock.instant(),
        budget: Duration::from_secs(1),
    };
    let late = matching::compute(tools, &app.scope(), &older, wanted).await;
    assert!(late.unwrap().stale);
    assert_eq!(kept(&student, &order).await, newer);
}
