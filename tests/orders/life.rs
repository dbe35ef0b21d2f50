//! How an order goes on and ends.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, order_body};

#[actix_web::test]
async fn a_cancelled_order_rejects_the_bids_that_waited() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let path = format!("/orders/{order}/cancel");
    let cancelled = student.act(&path).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    let bid = tutor.get(&format!("/applications/{bid}")).await.expect(200);
    assert_eq!(bid["status"], "rejected");
    let again = student.act(&path).await.refused(409, "invalid_state");
    assert_eq!(again["allowed"], json!([]));
}

#[actix_web::test]
async fn cancelling_an_order_in_progress_cancels_its_booking() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let order = booking["order_id"].as_str().unwrap();
    let cancelled = student.act(&format!("/orders/{order}/cancel")).await;
    assert_eq!(cancelled.expect(200)["status"], "cancelled");
    let path = format!("/bookings/{}", booking["id"].as_str().unwrap());
    let booking = student.get(&path).await.expect(200);
    assert_eq!(booking["status"], "cancelled");
    assert_eq!(booking["cancelled_by"], "student");
}

#[actix_web::test]
async fn an_open_order_cannot_be_completed() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}/complete", app.order(&student).await);
    let refused = student.act(&path).await.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["choose", "cancel"]));
}

#[actix_web::test]
async fn an_order_is_not_completed_before_its_booking() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let order = booking["order_id"].as_str().unwrap();
    let answer = student.act(&format!("/orders/{order}/complete")).await;
    let refused = answer.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["cancel"]));
}

#[actix_web::test]
async fn an_order_whose_booking_is_completed_can_only_be_completed() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.completed_booking(&tutor).await;
    let path = format!("/orders/{}", booking["order_id"].as_str().unwrap());
    let answer = student.act(&format!("{path}/cancel")).await;
    let refused = answer.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["complete"]));
    let answer = student.act(&format!("{path}/complete")).await;
    assert_eq!(answer.expect(200)["status"], "completed");
    let again = student.act(&format!("{path}/complete")).await;
    assert_eq!(again.refused(409, "invalid_state")["allowed"], json!([]));
}

#[actix_web::test]
async fn an_order_reads_as_expired_once_the_clock_has_passed() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let mut body = order_body();
    body["expires_at"] = json!(app.now() + TimeDelta::minutes(5));
    let order = student.post("/orders", body).await.expect(201);
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let tutor = app.newcomer().await;
    app.advance(TimeDelta::seconds(299));
    assert_eq!(student.get(&path).await.expect(200)["status"], "open");
    app.advance(TimeDelta::seconds(1));
    assert_eq!(student.get(&path).await.expect(200)["status"], "expired");
    let list = student.get("/me/orders").await.expect(200);
    assert_eq!(list["items"][0]["status"], "expired");
    tutor.get(&path).await.refused(404, "not_found");
    assert_eq!(tutor.get("/orders").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn an_expired_order_takes_no_bid_no_choice_and_no_change() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let mut body = order_body();
    body["expires_at"] = json!(app.now() + TimeDelta::minutes(5));
    let order = student.post("/orders", body).await.expect(201);
    let order = order["id"].as_str().unwrap();
    let ((early, _), (late, _)) = (app.tutor().await, app.tutor().await);
    let bid = app.bid(&early, order, 150_000).await;
    app.advance(TimeDelta::minutes(5));
    let bids = format!("/orders/{order}/applications");
    let message = json!({ "price": 150_000, "message": "Готов." });
    let seen = student.with("if-match", "*");
    for answer in [
        late.post(&bids, message).await,
        student.act(&format!("/applications/{bid}/choose")).await,
        student.act(&format!("/orders/{order}/cancel")).await,
        seen.patch(&format!("/orders/{order}"), json!({ "title": "Другое" }))
            .await,
    ] {
        assert_eq!(answer.refused(409, "invalid_state")["allowed"], json!([]));
    }
}
