//! Who is matched at all.

use serde_json::{Value, json};

use super::{tutor_ids, verified};
use crate::support::{TestApp, order_body, profile_body};

fn profile(field: &str, value: Value) -> Value {
    let mut body = profile_body();
    body[field] = value;
    body
}

#[actix_web::test]
async fn only_verified_tutors_of_the_subject_in_reach_are_matched() {
    let app = TestApp::new().await;
    let (_, fit) = verified(&app, profile_body()).await;
    app.tutor().await;
    verified(&app, profile("subjects", json!(["fizika"]))).await;
    verified(&app, profile("formats", json!(["offline"]))).await;
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    let result = student
        .post(&path, json!({ "limit": 20 }))
        .await
        .expect(200);
    assert_eq!(tutor_ids(&result), [fit]);
}

#[actix_web::test]
async fn a_tutor_may_ask_for_a_tenth_more_than_the_budget() {
    let app = TestApp::new().await;
    let (_, at_the_limit) = verified(&app, profile("hourly_rate", json!(198_000))).await;
    verified(&app, profile("hourly_rate", json!(198_001))).await;
    let student = app.student().await;
    assert_eq!(order_body()["budget_max"], 180_000);
    let path = format!("/orders/{}/matches", app.order(&student).await);
    let result = student.act(&path).await.expect(200);
    assert_eq!(tutor_ids(&result), [at_the_limit]);
}

#[actix_web::test]
async fn a_lesson_at_one_place_is_matched_within_its_city() {
    let app = TestApp::new().await;
    let (_, here) = verified(&app, profile("city", json!("Орёл"))).await;
    verified(&app, profile("city", json!("Тула"))).await;
    let student = app.student().await;
    let mut order = order_body();
    order["formats"] = json!(["offline"]);
    order["city"] = json!("ОРЕЛ");
    let order = student.post("/orders", order).await.expect(201);
    let path = format!("/orders/{}/matches", order["id"].as_str().unwrap());
    let result = student.act(&path).await.expect(200);
    assert_eq!(tutor_ids(&result), [here]);
}

#[actix_web::test]
async fn an_order_that_nobody_fits_has_an_empty_match() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    let result = student.act(&path).await.expect(200);
    assert_eq!(result["matches"], json!([]));
    assert_eq!(result["computed_at"], json!(app.now()));
}

#[actix_web::test]
async fn three_tutors_are_matched_unless_a_limit_says_otherwise() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        verified(&app, profile_body()).await;
    }
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    for (body, count) in [
        (json!({}), 3),
        (json!({ "limit": 1, "budget_ms": 50 }), 1),
        (json!({ "limit": 20, "budget_ms": 5_000 }), 5),
    ] {
        let result = student.post(&path, body).await.expect(200);
        assert_eq!(tutor_ids(&result).len(), count);
    }
}
