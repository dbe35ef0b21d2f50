//! The last result of an order, and who may see it.

use serde_json::{Value, json};

use super::verified;
use crate::support::{TestApp, profile_body};

#[actix_web::test]
async fn before_anything_was_computed_the_result_is_empty() {
    let app = TestApp::new().await;
    verified(&app, profile_body()).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let result = student.get(&format!("/orders/{order}/matches")).await;
    let result = result.expect(200);
    assert_eq!(result["order_id"], json!(order));
    assert_eq!(
        (&result["matches"], &result["computed_at"]),
        (&json!([]), &Value::Null)
    );
}

#[actix_web::test]
async fn the_last_result_is_given_again() {
    let app = TestApp::new().await;
    verified(&app, profile_body()).await;
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    let computed = student.act(&path).await.expect(200);
    assert_eq!(student.get(&path).await.expect(200), computed);
}

#[actix_web::test]
async fn a_result_is_stale_once_its_order_has_changed() {
    let app = TestApp::new().await;
    verified(&app, profile_body()).await;
    let student = app.student().await;
    let order = format!("/orders/{}", app.order(&student).await);
    let path = format!("{order}/matches");
    student.act(&path).await.expect(200);
    let seen = student.with("if-match", "*");
    seen.patch(&order, json!({ "budget_max": 170_000 }))
        .await
        .expect(200);
    assert_eq!(student.get(&path).await.expect(200)["stale"], true);
    student.act(&path).await.expect(200);
    assert_eq!(student.get(&path).await.expect(200)["stale"], false);
}

#[actix_web::test]
async fn a_result_is_stale_once_a_matched_tutor_has_changed() {
    let app = TestApp::new().await;
    let (matched, _) = verified(&app, profile_body()).await;
    let (unverified, _) = app.tutor().await;
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    student.act(&path).await.expect(200);
    for (tutor, stale) in [(unverified, false), (matched, true)] {
        let seen = tutor.with("if-match", "*");
        let change = json!({ "hourly_rate": 170_000 });
        seen.patch("/me/tutor-profile", change).await.expect(200);
        assert_eq!(student.get(&path).await.expect(200)["stale"], stale);
    }
}

#[actix_web::test]
async fn a_result_is_stale_once_a_matched_tutor_has_another_name() {
    let app = TestApp::new().await;
    let (tutor, _) = verified(&app, profile_body()).await;
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    student.act(&path).await.expect(200);
    let change = json!({ "last_name": "Петрова" });
    tutor.patch("/me", change).await.expect(200);
    assert_eq!(student.get(&path).await.expect(200)["stale"], true);
}

#[actix_web::test]
async fn the_matches_of_an_order_are_its_owners_alone() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let path = format!("/orders/{order}/matches");
    for (who, status, code) in [
        (app.anonymous(), 401, "unauthenticated"),
        (app.tutor().await.0, 403, "forbidden"),
        (app.student().await, 404, "not_found"),
    ] {
        who.get(&path).await.refused(status, code);
        let answer = who.post(&path, json!({ "limit": 0 })).await;
        answer.refused(status, code);
    }
}
