//! Cancelling, before and after the payment.

use chrono::TimeDelta;
use persistence::integer_for_tests;
use serde_json::{Value, json};

use super::path;
use crate::support::{Client, TestApp};

/// An order with two bids of which the first is chosen: both tutors, the student, the booking.
async fn two_bids(app: &TestApp) -> (Client, Client, Client, Value, String) {
    let student = app.student().await;
    let order = app.order(&student).await;
    let ((chosen, _), (other, _)) = (app.tutor().await, app.tutor().await);
    let bid = app.bid(&chosen, &order, 150_000).await;
    let rejected = app.bid(&other, &order, 140_000).await;
    let booking = student.act(&format!("/applications/{bid}/choose")).await;
    (student, chosen, other, booking.expect(201), rejected)
}

async fn status(client: &Client, path: &str) -> String {
    let body = client.get(path).await.expect(200);
    body["status"].as_str().unwrap().to_owned()
}

fn paths(booking: &Value) -> (String, String) {
    let text = |field: &str| booking[field].as_str().unwrap().to_owned();
    (
        format!("/orders/{}", text("order_id")),
        format!("/applications/{}", text("application_id")),
    )
}

#[actix_web::test]
async fn a_student_who_cancels_before_paying_has_all_the_bids_again() {
    let app = TestApp::new().await;
    let (student, _, _, booking, rejected) = two_bids(&app).await;
    let answer = student.act(&format!("{}/cancel", path(&booking))).await;
    let cancelled = answer.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["cancelled_by"], "student");
    assert_eq!(cancelled["cancelled_at"], json!(app.now()));
    let (order, chosen) = paths(&booking);
    assert_eq!(status(&student, &order).await, "open");
    assert_eq!(status(&student, &chosen).await, "submitted");
    let rejected = format!("/applications/{rejected}");
    assert_eq!(status(&student, &rejected).await, "submitted");
    student.act(&format!("{rejected}/choose")).await.expect(201);
}

#[actix_web::test]
async fn a_tutor_who_cancels_before_the_payment_withdraws_the_own_bid() {
    let app = TestApp::new().await;
    let (student, tutor, _, booking, rejected) = two_bids(&app).await;
    let answer = tutor.act(&format!("{}/cancel", path(&booking))).await;
    assert_eq!(answer.expect(200)["cancelled_by"], "tutor");
    let (order, chosen) = paths(&booking);
    assert_eq!(status(&student, &order).await, "open");
    assert_eq!(status(&student, &chosen).await, "withdrawn");
    let rejected = format!("/applications/{rejected}");
    assert_eq!(status(&student, &rejected).await, "submitted");
}

#[actix_web::test]
async fn a_bid_that_was_withdrawn_before_the_choice_stays_so() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let ((chosen, _), (other, _)) = (app.tutor().await, app.tutor().await);
    let bid = app.bid(&chosen, &order, 150_000).await;
    let withdrawn = format!("/applications/{}", app.bid(&other, &order, 140_000).await);
    other.delete(&withdrawn).await.expect(204);
    let booking = student.act(&format!("/applications/{bid}/choose")).await;
    let booking = booking.expect(201);
    student
        .act(&format!("{}/cancel", path(&booking)))
        .await
        .expect(200);
    assert_eq!(status(&student, &withdrawn).await, "withdrawn");
}

#[actix_web::test]
async fn what_is_over_cannot_be_cancelled() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let cancel = format!("{}/cancel", path(&booking));
    student.act(&cancel).await.expect(200);
    let refused = student.act(&cancel).await.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!([]));
    let (student, booking) = app.booking(&tutor).await;
    app.advance(TimeDelta::hours(24));
    let student = app.again(&student).await;
    assert_eq!(status(&student, &path(&booking)).await, "expired");
    let refused = student.act(&format!("{}/cancel", path(&booking))).await;
    assert_eq!(refused.refused(409, "invalid_state")["allowed"], json!([]));
}

/// What is to be refunded after a paid booking was cancelled so long before its start.
async fn refunded(by_tutor: bool, before_start: TimeDelta) -> Vec<i64> {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    app.advance(TimeDelta::days(2) - before_start);
    let who = app.again(if by_tutor { &tutor } else { &student }).await;
    let answer = who.act(&format!("{}/cancel", path(&booking))).await;
    assert_eq!(answer.expect(200)["status"], "cancelled");
    let number = async |sql: &str| integer_for_tests(app.db(), sql).await.unwrap();
    let count = number("SELECT count(*) FROM refunds").await;
    let sum = "SELECT CAST(coalesce(sum(amount_minor), 0) AS BIGINT) FROM refunds \
               WHERE status = 'decided' AND reason = 'booking_cancelled'";
    vec![count, number(sum).await]
}

#[actix_web::test]
async fn a_student_who_cancels_until_twelve_hours_before_gets_all_back() {
    assert_eq!(refunded(false, TimeDelta::hours(12)).await, [1, 150_000]);
}

#[actix_web::test]
async fn a_student_who_cancels_later_gets_nothing_back() {
    let late = TimeDelta::hours(12) - TimeDelta::seconds(1);
    assert_eq!(refunded(false, late).await, [0, 0]);
}

#[actix_web::test]
async fn a_tutor_who_cancels_late_gives_all_back() {
    assert_eq!(refunded(true, TimeDelta::minutes(1)).await, [1, 150_000]);
}

#[actix_web::test]
async fn cancelling_a_paid_booking_does_not_open_its_order_again() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let cancel = format!("{}/cancel", path(&booking));
    student.act(&cancel).await.expect(200);
    let (order, chosen) = paths(&booking);
    assert_eq!(status(&student, &order).await, "in_progress");
    assert_eq!(status(&student, &chosen).await, "chosen");
    student.act(&cancel).await.refused(409, "invalid_state");
    let refunds = integer_for_tests(app.db(), "SELECT count(*) FROM refunds").await;
    assert_eq!(refunds.unwrap(), 1);
    student.act(&format!("{order}/cancel")).await.expect(200);
}
