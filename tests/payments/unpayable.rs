//! What was paid for nothing goes back to its payer: paid twice, too late, or after all was over.

use std::time::Duration;

use chrono::TimeDelta;
use persistence::execute_for_tests;
use serde_json::{Value, json};

use super::booking::status;
use super::count;
use super::events::PREMIUM;
use super::refunding::{at_stripe, cancel, send};
use super::reversals::{booked, held};
use crate::support::{Client, TestApp};

const ALL: i64 = 150_000;

async fn checkout(payer: &Client, body: Value) -> String {
    let opened = payer.post("/payments/checkout", body).await.expect(201);
    opened["session_id"].as_str().unwrap().to_owned()
}

fn of(booking: &Value) -> Value {
    json!({ "type": "booking", "booking_id": booking["id"] })
}

/// A second checkout of the same, while the first can still be paid: as if Stripe had told us wrongly
/// that it can't.
async fn opened_twice(app: &TestApp, payer: &Client, body: Value) -> [String; 2] {
    let first = checkout(payer, body.clone()).await;
    let sql = "UPDATE payments SET status = 'expired', superseded_at = created_at";
    execute_for_tests(app.db(), sql).await.unwrap();
    app.let_pass(TimeDelta::seconds(1)).await;
    [first, checkout(payer, body).await]
}

async fn pay_one_after_the_other(app: &TestApp, sessions: [&String; 2]) {
    for session in sessions {
        app.fake().pay(session).await.unwrap();
        app.fake().advance(Duration::from_secs(2)).await;
    }
}

/// The status of the payment of a session.
async fn status_of(app: &TestApp, session_id: &str) -> String {
    let sql = format!("SELECT status FROM payments WHERE provider_ref = '{session_id}'");
    let found = persistence::texts_for_tests(app.db(), &sql).await.unwrap();
    found[0].clone()
}

async fn give_back(app: &TestApp, count: usize) {
    assert_eq!(send(app).await, count);
    assert_eq!(at_stripe(app), count);
    app.deliver_all().await;
    assert_eq!(send(app).await, 0);
}

#[actix_web::test]
async fn of_two_payments_for_one_lesson_the_later_goes_back_and_the_lesson_stands() {
    for later in [0, 1] {
        let app = TestApp::with_stripe().await;
        let (tutor, _) = app.tutor().await;
        let (student, booking) = app.booking(&tutor).await;
        let sessions = opened_twice(&app, &student, of(&booking)).await;
        pay_one_after_the_other(&app, [&sessions[1 - later], &sessions[later]]).await;
        app.deliver_all().await;
        give_back(&app, 1).await;
        assert_eq!(status(&student, &booking).await, "confirmed");
        assert_eq!(status_of(&app, &sessions[1 - later]).await, "completed");
        assert_eq!(status_of(&app, &sessions[later]).await, "refunded");
        let kept = [("escrow", ALL), ("refund", ALL), ("student", -2 * ALL)];
        assert_eq!(held(&app).await, booked(&kept));
    }
}

#[actix_web::test]
async fn a_lesson_paid_after_its_cancellation_is_given_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let session = checkout(&student, of(&booking)).await;
    cancel(&student, &booking).await;
    app.pay(&session).await;
    assert_eq!(status(&student, &booking).await, "cancelled");
    give_back(&app, 1).await;
    assert_eq!(status_of(&app, &session).await, "refunded");
    assert_eq!(status(&student, &booking).await, "refunded");
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn a_lesson_paid_after_its_time_is_given_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let session = checkout(&student, of(&booking)).await;
    app.fake().pay_later(&session).await.unwrap();
    app.deliver_all().await;
    app.let_pass(TimeDelta::hours(30)).await;
    app.fake().let_money_arrive(&session).await.unwrap();
    app.deliver_all().await;
    give_back(&app, 1).await;
    assert_eq!(status_of(&app, &session).await, "refunded");
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "expired"
    );
}

#[actix_web::test]
async fn a_lesson_paid_in_time_and_heard_of_when_its_hour_was_taken_is_given_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let session = checkout(&student, of(&booking)).await;
    app.fake().pay(&session).await.unwrap();
    app.let_pass(TimeDelta::hours(25)).await;
    let (rival, tutor) = (app.student().await, app.again(&tutor).await);
    let order = app.order(&rival).await;
    let bid = app.bid(&tutor, &order, 120_000).await;
    let hour = json!({ "starts_at": booking["starts_at"], "duration_minutes": 60 });
    let path = format!("/applications/{bid}/choose");
    let taken = rival.post(&path, hour).await.expect(201);
    app.deliver_all().await;
    give_back(&app, 1).await;
    assert_eq!(status_of(&app, &session).await, "refunded");
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "expired"
    );
    assert_eq!(status(&rival, &taken).await, "pending");
}

#[actix_web::test]
async fn of_two_subscriptions_the_one_that_was_given_up_ends_and_its_money_goes_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let body = json!({ "type": "premium" });
    let [first, second] = opened_twice(&app, &tutor, body).await;
    pay_one_after_the_other(&app, [&second, &first]).await;
    app.deliver_all().await;
    give_back(&app, 1).await;
    assert_eq!(status_of(&app, &first).await, "refunded");
    assert_eq!(status_of(&app, &second).await, "completed");
    let ended = app.events_of("customer.subscription.deleted");
    let ours = app.events_of("checkout.session.completed");
    let given_up = ours
        .iter()
        .find(|event| event["data"]["object"]["id"] == *first);
    let given_up = &given_up.unwrap()["data"]["object"]["subscription"];
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0]["data"]["object"]["id"], *given_up);
    let premium = tutor.get("/me/premium").await.expect(200);
    assert_eq!(premium["is_premium"], true);
    let end: chrono::DateTime<chrono::Utc> =
        premium["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(
        end < app.now() + TimeDelta::days(32),
        "one month, not two: {end}"
    );
    let kept = [
        ("platform", PREMIUM),
        ("refund", PREMIUM),
        ("student", -2 * PREMIUM),
    ];
    assert_eq!(held(&app).await, booked(&kept));
    let done = "refunds WHERE reason = 'superseded' AND status = 'succeeded'";
    assert_eq!(count(&app, done).await, 1);
}
