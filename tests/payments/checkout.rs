//! Opening a checkout.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::events::{Opened, PREMIUM};
use super::{count, forget_sessions};
use crate::support::{Client, TestApp};

fn premium() -> Value {
    json!({ "type": "premium" })
}

fn of_booking(booking: &Value) -> Value {
    json!({ "type": "booking", "booking_id": booking["id"] })
}

async fn open(client: &Client, body: Value) -> Value {
    client.post("/payments/checkout", body).await.expect(201)
}

/// Pays without a word to the webhook; the object of the event of that type.
async fn paid_object(app: &TestApp, opened: &Value, kind: &str) -> Value {
    let fake = app.fake.as_ref().unwrap();
    let _ = fake.pay(opened["session_id"].as_str().unwrap()).await;
    let events = fake.events();
    let event = events.iter().find(|event| event["type"] == kind).unwrap();
    event["data"]["object"].clone()
}

/// Both clocks.
async fn advance(app: &TestApp, hours: i64) {
    app.advance(TimeDelta::hours(hours));
    let by = Duration::from_secs(u64::try_from(hours).unwrap() * 3_600);
    app.fake.as_ref().unwrap().advance(by).await;
}

#[actix_web::test]
async fn premium_costs_what_the_server_says_and_its_metadata_lead_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let opened = open(&tutor, premium()).await;
    let session = paid_object(&app, &opened, "checkout.session.completed").await;
    assert_eq!(session["amount_total"], PREMIUM);
    assert_eq!(session["currency"], "rub");
    assert_eq!(session["client_reference_id"], tutor.user_id);
    let metadata = json!({
        "type": "premium", "user_id": tutor.user_id, "tutor_profile_id": tutor_id,
        "payment_id": opened["payment_id"],
    });
    assert_eq!(session["metadata"], metadata);
    let subscription = paid_object(&app, &opened, "customer.subscription.created").await;
    assert_eq!(subscription["metadata"], metadata);
}

#[actix_web::test]
async fn a_booking_costs_its_total_and_its_metadata_lead_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let opened = open(&student, of_booking(&booking)).await;
    let session = paid_object(&app, &opened, "checkout.session.completed").await;
    assert_eq!(session["amount_total"], 150_000);
    let metadata = json!({
        "type": "booking", "user_id": student.user_id, "booking_id": booking["id"],
        "payment_id": opened["payment_id"],
    });
    assert_eq!(session["metadata"], metadata);
    let intent = paid_object(&app, &opened, "payment_intent.succeeded").await;
    assert_eq!(intent["metadata"], metadata);
}

#[actix_web::test]
async fn an_open_session_is_given_again() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let first = open(&student, of_booking(&booking)).await;
    assert_eq!(open(&student, of_booking(&booking)).await, first);
    assert_eq!(count(&app, "payments").await, 1);
    assert_eq!(count(&app, "stripe_customers").await, 1);
}

#[actix_web::test]
async fn a_foreign_booking_does_not_exist_and_another_role_may_not_pay() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let stranger = app.student().await;
    let answer = stranger
        .post("/payments/checkout", of_booking(&booking))
        .await;
    answer.refused(404, "not_found");
    let answer = tutor.post("/payments/checkout", of_booking(&booking)).await;
    answer.refused(403, "forbidden");
    let answer = student.post("/payments/checkout", premium()).await;
    answer.refused(403, "forbidden");
    assert_eq!(count(&app, "payments").await, 0);
    assert_eq!(count(&app, "stripe_customers").await, 0);
}

#[actix_web::test]
async fn a_booking_that_is_not_pending_is_not_for_sale() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let answer = student
        .post("/payments/checkout", of_booking(&booking))
        .await;
    answer.refused(409, "invalid_state");
    let (another, _) = app.tutor().await;
    let (student, booking) = app.booking(&another).await;
    advance(&app, 25).await;
    let student = app.again(&student).await;
    let answer = student
        .post("/payments/checkout", of_booking(&booking))
        .await;
    answer.refused(409, "invalid_state");
}

#[actix_web::test]
async fn who_is_premium_cannot_buy_it_again() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let opened = open(&tutor, premium()).await;
    app.pay(opened["session_id"].as_str().unwrap()).await;
    let answer = tutor.post("/payments/checkout", premium()).await;
    answer.refused(409, "invalid_state");
}

#[actix_web::test]
async fn a_live_subscription_bars_another_whatever_the_clock_says() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let opened = open(&tutor, premium()).await;
    app.pay(opened["session_id"].as_str().unwrap()).await;
    advance(&app, 24 * 90).await;
    let tutor = app.again(&tutor).await;
    assert_eq!(
        tutor.get("/me/premium").await.expect(200)["is_premium"],
        false
    );
    let answer = tutor.post("/payments/checkout", premium()).await;
    answer.refused(409, "invalid_state");
}

#[actix_web::test]
async fn what_is_paid_and_not_settled_yet_is_a_conflict() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let opened = open(&tutor, premium()).await;
    paid_object(&app, &opened, "invoice.paid").await;
    let answer = tutor.post("/payments/checkout", premium()).await;
    answer.refused(409, "conflict");
    assert_eq!(count(&app, "payments").await, 1);
}

#[actix_web::test]
async fn an_expired_session_gives_way_to_a_new_one() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let first = open(&tutor, premium()).await;
    advance(&app, 24).await;
    let tutor = app.again(&tutor).await;
    let second = open(&tutor, premium()).await;
    assert_ne!(second["session_id"], first["session_id"]);
    assert_eq!(count(&app, "payments WHERE status = 'expired'").await, 1);
    assert_eq!(count(&app, "payments WHERE status = 'pending'").await, 1);
}

#[actix_web::test]
async fn a_session_that_a_crash_kept_from_us_is_found_again() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let first = open(&tutor, premium()).await;
    forget_sessions(&app).await;
    assert_eq!(open(&tutor, premium()).await, first);
}

#[actix_web::test]
async fn a_reservation_whose_time_is_over_gives_way() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let first = open(&tutor, premium()).await;
    forget_sessions(&app).await;
    advance(&app, 25).await;
    let tutor = app.again(&tutor).await;
    let second = open(&tutor, premium()).await;
    assert_ne!(second["payment_id"], first["payment_id"]);
    let expires_at: DateTime<Utc> = second["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(app.now() < expires_at);
}

#[actix_web::test]
async fn a_session_that_stripe_does_not_know_gives_way() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let first = open(&tutor, premium()).await;
    let sql = "UPDATE payments SET provider_ref = 'cs_of_another_account'";
    persistence::execute_for_tests(app.db(), sql).await.unwrap();
    let second = open(&tutor, premium()).await;
    assert_ne!(second["session_id"], first["session_id"]);
}

#[actix_web::test]
async fn a_customer_that_stripe_does_not_know_gives_way() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let user_id = Uuid::parse_str(&tutor.user_id).unwrap();
    persistence::write(app.db(), &app.scope(), async |tx| {
        services::checkout::keep_customer(tx, user_id, "cus_of_another_account").await?;
        Ok::<_, services::ServiceError>(())
    })
    .await
    .unwrap();
    let opened = open(&tutor, premium()).await;
    app.pay(opened["session_id"].as_str().unwrap()).await;
    let profile = tutor.get("/me/tutor-profile").await.expect(200);
    assert_ne!(profile["stripe_customer_id"], "cus_of_another_account");
    assert_eq!(profile["is_premium"], true);
}

#[actix_web::test]
async fn without_stripe_nothing_is_half_made() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let answer = tutor.post("/payments/checkout", premium()).await;
    answer.refused(503, "unavailable");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(count(&app, "payments").await, 0);
    assert_eq!(count(&app, "stripe_customers").await, 0);
}

#[actix_web::test]
async fn while_stripe_is_down_one_reservation_waits() {
    let mut app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    open(&tutor, premium()).await;
    forget_sessions(&app).await;
    app.fake.take().unwrap().stop().await;
    for _ in 0..2 {
        let answer = tutor.post("/payments/checkout", premium()).await;
        answer.refused(503, "unavailable");
    }
    let waiting = "payments WHERE status = 'pending' AND provider_ref IS NULL";
    assert_eq!(count(&app, waiting).await, 1);
    assert_eq!(count(&app, "payments").await, 1);
}

#[actix_web::test]
async fn a_user_has_one_customer_which_their_profile_mirrors() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let first = Opened::premium(&app, &tutor, &tutor_id).await;
    advance(&app, 24).await;
    let tutor = app.again(&tutor).await;
    let second = Opened::premium(&app, &tutor, &tutor_id).await;
    assert_eq!(first.customer_id, second.customer_id);
    let tutor_id = Uuid::parse_str(&tutor_id).unwrap();
    let profile = persistence::tutors::find(app.db(), tutor_id).await.unwrap();
    assert_eq!(profile.unwrap().stripe_customer_id, Some(first.customer_id));
}
