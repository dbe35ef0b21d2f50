//! Changing an order.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_change_keeps_what_it_leaves_out_and_makes_a_new_version() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let before = student.get(&path).await.expect(200);
    let seen = student.with("if-match", "\"1\"");
    let answer = seen.patch(&path, json!({ "goal": "80 баллов" })).await;
    let mut expected = before;
    expected["goal"] = json!("80 баллов");
    assert_eq!(answer.expect(200), expected);
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let seen = student.with("if-match", "\"2\"");
    let answer = seen
        .patch(&path, json!({ "goal": null, "subject": "fizika" }))
        .await;
    let changed = answer.expect(200);
    assert_eq!(
        (&changed["goal"], &changed["subject"]),
        (&Value::Null, &json!("fizika"))
    );
}

#[actix_web::test]
async fn a_change_needs_the_version_that_was_seen() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let change = json!({ "title": "Другое" });
    let answer = student.patch(&path, change.clone()).await;
    answer.refused(428, "precondition_required");
    let seen = student.with("if-match", "\"1\"");
    seen.patch(&path, change.clone()).await.expect(200);
    let answer = seen.patch(&path, change).await;
    answer.refused(412, "precondition_failed");
}

#[actix_web::test]
async fn a_wrong_change_is_refused_before_its_version_is_looked_at() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    for (change, pointers) in [
        (json!({ "title": null }), vec!["/title"]),
        (json!({ "budget_max": 1 }), vec!["/budget_max"]),
        (
            json!({ "expires_at": app.now() - TimeDelta::days(1) }),
            vec!["/expires_at"],
        ),
        (json!({ "status": "completed" }), vec!["/status"]),
        (
            json!({ "title": "", "subject": "alhimiya" }),
            vec!["/title", "/subject"],
        ),
    ] {
        let answer = student.patch(&path, change).await;
        assert_eq!(answer.wrong_fields(), pointers);
    }
}

#[actix_web::test]
async fn an_order_cannot_be_made_to_expire_in_the_past() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let yesterday = app.now() + TimeDelta::hours(1);
    app.advance(TimeDelta::hours(25));
    let student = app.again(&student).await.with("if-match", "\"1\"");
    let answer = student
        .patch(&path, json!({ "expires_at": yesterday }))
        .await;
    assert_eq!(answer.wrong_fields(), ["/expires_at"]);
}

#[actix_web::test]
async fn an_order_is_changed_only_while_it_is_open() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    student
        .act(&format!("/applications/{bid}/choose"))
        .await
        .expect(201);
    let path = format!("/orders/{order}");
    let seen = student.with("if-match", "*");
    let refused = seen.patch(&path, json!({ "title": "Другое" })).await;
    let refused = refused.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["cancel"]));
    student.act(&format!("{path}/cancel")).await.expect(200);
    let refused = seen.patch(&path, json!({ "title": "Другое" })).await;
    assert_eq!(refused.refused(409, "invalid_state")["allowed"], json!([]));
}

#[actix_web::test]
async fn a_tutor_never_changes_an_order() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let tutor = app.newcomer().await;
    let path = format!("/orders/{order}");
    let answer = tutor.patch(&path, json!({ "title": "" })).await;
    answer.refused(403, "forbidden");
    for action in ["cancel", "complete"] {
        let answer = tutor.act(&format!("{path}/{action}")).await;
        answer.refused(403, "forbidden");
    }
}
