//! Completing a lesson.

use chrono::TimeDelta;
use serde_json::json;

use super::path;
use crate::support::TestApp;

#[actix_web::test]
async fn an_unpaid_booking_cannot_be_completed() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (_, booking) = app.booking(&tutor).await;
    let answer = tutor.act(&format!("{}/complete", path(&booking))).await;
    let refused = answer.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["cancel", "reschedule"]));
}

#[actix_web::test]
async fn a_tutor_completes_a_paid_lesson_once_it_is_over() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let complete = format!("{}/complete", path(&booking));
    app.advance(TimeDelta::days(2) + TimeDelta::minutes(60) - TimeDelta::seconds(1));
    let (student, tutor) = (app.again(&student).await, app.again(&tutor).await);
    let refused = tutor.act(&complete).await.refused(409, "invalid_state");
    let allowed = refused["allowed"].as_array().unwrap();
    assert!(!allowed.contains(&json!("complete")), "{allowed:?}");
    app.advance(TimeDelta::seconds(1));
    student.act(&complete).await.refused(403, "forbidden");
    let completed = tutor.act(&complete).await.expect(200);
    assert_eq!(completed["status"], "completed");
    assert_eq!(completed["completed_at"], json!(app.now()));
    let again = tutor.act(&complete).await.refused(409, "invalid_state");
    assert_eq!(again["allowed"], json!([]));
}

#[actix_web::test]
async fn a_lesson_without_a_time_cannot_be_completed() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let booking = student.act(&format!("/applications/{bid}/choose")).await;
    let booking = booking.expect(201);
    super::pay(&app, &student, &booking).await;
    app.advance(TimeDelta::days(20));
    let tutor = app.again(&tutor).await;
    let answer = tutor.act(&format!("{}/complete", path(&booking))).await;
    answer.refused(409, "invalid_state");
}
