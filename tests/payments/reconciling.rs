//! Asking Stripe for events that never arrived.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use payments::RefundRequest;
use persistence::texts_for_tests;
use serde_json::{Value, json};
use services::ServiceError;
use services::reconcile::{Reconciled, reconcile};
use stripe_fake::Fault;
use uuid::Uuid;

use super::booking::status;
use super::{count, parked, record_of};
use crate::support::{Client, TestApp};

/// As the server's job does it.
async fn compare(app: &TestApp) -> Reconciled {
    let compared = reconcile(app.db(), &app.scope(), app.stripe(), None).await;
    compared.unwrap()
}

async fn compare_since(app: &TestApp, since: DateTime<Utc>) -> Result<Reconciled, ServiceError> {
    reconcile(app.db(), &app.scope(), app.stripe(), Some(since)).await
}

/// A lesson that was paid without a word to us.
async fn paid_in_silence(app: &TestApp) -> (Client, Value) {
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let body = json!({ "type": "booking", "booking_id": booking["id"] });
    let opened = student.post("/payments/checkout", body).await.expect(201);
    let session = opened["session_id"].as_str().unwrap();
    app.fake().pay(session).await.unwrap();
    (student, booking)
}

/// A tutor who has paid for premium without a word to us.
async fn premium_in_silence(app: &TestApp) -> Client {
    let (tutor, _) = app.tutor().await;
    let body = json!({ "type": "premium" });
    let opened = tutor.post("/payments/checkout", body).await.expect(201);
    let session = opened["session_id"].as_str().unwrap();
    app.fake().pay(session).await.unwrap();
    tutor
}

/// The events on record.
async fn arrived(app: &TestApp) -> Vec<String> {
    let sql = "SELECT event_id FROM stripe_webhook_events";
    texts_for_tests(app.db(), sql).await.unwrap()
}

#[actix_web::test]
async fn what_never_arrived_is_fetched_and_applied_once() {
    let app = TestApp::with_stripe().await;
    let (student, booking) = paid_in_silence(&app).await;
    premium_in_silence(&app).await;
    let first = compare(&app).await;
    assert!(first.missing > 3, "{first:?}");
    assert_eq!(first.missing, first.listed);
    assert_eq!(status(&student, &booking).await, "confirmed");
    assert_eq!(arrived(&app).await.len(), first.missing);
    let applied = "stripe_webhook_events WHERE outcome = 'applied'";
    assert_eq!(
        count(&app, "stripe_webhook_events WHERE outcome = 'parked'").await,
        0
    );
    let (applied, booked) = (
        count(&app, applied).await,
        count(&app, "ledger_entries").await,
    );
    assert!(applied > 0 && booked > 0);
    // Another time there is nothing new, and what comes after all has come already.
    assert_eq!(compare(&app).await.missing, 0);
    for event in app.fake().events() {
        let outcome = app.outcome(&event).await;
        assert!(["duplicate", "ignored"].contains(&&*outcome), "{outcome}");
    }
    assert_eq!(count(&app, "ledger_entries").await, booked);
}

#[actix_web::test]
async fn what_arrived_is_left_alone_and_the_rest_completes_it() {
    let app = TestApp::with_stripe().await;
    let (student, booking) = paid_in_silence(&app).await;
    let tutor = premium_in_silence(&app).await;
    // All but every third has come.
    for event in app.fake().events().iter().enumerate() {
        if event.0 % 3 != 0 {
            app.deliver(event.1).await.expect(200);
        }
    }
    let before = arrived(&app).await;
    let compared = compare(&app).await;
    assert!(
        compared.missing > 0 && compared.missing < compared.listed,
        "{compared:?}"
    );
    assert_eq!(arrived(&app).await.len(), before.len() + compared.missing);
    assert_eq!(status(&student, &booking).await, "confirmed");
    assert_eq!(
        tutor.get("/me/premium").await.expect(200)["is_premium"],
        true
    );
    assert_eq!(
        count(&app, "stripe_webhook_events WHERE outcome = 'parked'").await,
        0
    );
}

#[actix_web::test]
async fn several_servers_that_ask_at_once_apply_each_event_once() {
    let app = TestApp::with_stripe().await;
    let (student, booking) = paid_in_silence(&app).await;
    let rounds = (0..4).map(|_| compare(&app));
    let compared = futures_util::future::join_all(rounds).await;
    let missing: usize = compared.iter().map(|each| each.missing).sum();
    assert_eq!(missing, compared[0].listed);
    assert_eq!(arrived(&app).await.len(), missing);
    assert_eq!(status(&student, &booking).await, "confirmed");
    assert_eq!(count(&app, "ledger_transactions").await, 1);
}

#[actix_web::test]
async fn what_is_fetched_is_applied_oldest_first_so_that_none_of_it_is_stale() {
    let app = TestApp::with_stripe().await;
    let tutor = premium_in_silence(&app).await;
    let session = &app.events_of("checkout.session.completed")[0]["data"]["object"];
    let subscription = session["subscription"].as_str().unwrap();
    for _ in 0..3 {
        let fake = app.fake();
        fake.advance(Duration::from_secs(60)).await;
        fake.cancel_at_period_end(subscription).await.unwrap();
        fake.advance(Duration::from_secs(60)).await;
        fake.resume_subscription(subscription).await.unwrap();
    }
    assert!(compare(&app).await.missing > 6);
    assert_eq!(
        count(&app, "stripe_webhook_events WHERE outcome = 'stale'").await,
        0
    );
    let premium = tutor.get("/me/premium").await.expect(200);
    assert_eq!(premium["cancel_at_period_end"], false);
}

#[actix_web::test]
async fn more_than_a_page_of_lost_events_makes_the_premium_that_was_paid_for() {
    let app = TestApp::with_stripe().await;
    let begin = app.now();
    let tutor = premium_in_silence(&app).await;
    app.let_pass(TimeDelta::days(365 * 3)).await;
    let compared = compare_since(&app, begin - TimeDelta::hours(1))
        .await
        .unwrap();
    assert!(compared.missing > 100, "{compared:?}");
    assert_eq!(arrived(&app).await.len(), compared.missing);
    let premium = app.again(&tutor).await.get("/me/premium").await.expect(200);
    assert_eq!(premium["is_premium"], true);
    let paid = app.events_of("invoice.paid").len();
    let paid = i64::try_from(paid).unwrap();
    assert_eq!(
        count(&app, "payments WHERE status = 'completed'").await,
        paid
    );
    assert_eq!(compare_since(&app, begin).await.unwrap().missing, 0);
}

#[actix_web::test]
async fn each_listing_begins_an_hour_before_the_last_one_ended() {
    let app = TestApp::with_stripe().await;
    paid_in_silence(&app).await;
    let first = compare(&app).await;
    assert_eq!(first.since, app.now() - TimeDelta::days(30));
    let at = app.now();
    app.let_pass(TimeDelta::hours(3)).await;
    let second = compare(&app).await;
    assert_eq!(second.since, at - TimeDelta::hours(1));
    assert_eq!((second.listed, second.missing), (first.listed, 0));
    app.let_pass(TimeDelta::minutes(10)).await;
    let third = compare(&app).await;
    assert_eq!((third.since, third.listed), (at + TimeDelta::hours(2), 0));
}

#[actix_web::test]
async fn what_stripe_makes_by_a_clock_behind_ours_is_found() {
    let app = TestApp::with_stripe().await;
    app.advance(TimeDelta::minutes(55));
    compare(&app).await;
    let (student, booking) = paid_in_silence(&app).await;
    assert!(compare(&app).await.missing > 0);
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "confirmed"
    );
}

#[actix_web::test]
async fn a_listing_that_fails_is_an_error_and_the_next_begins_where_it_did() {
    let app = TestApp::with_stripe().await;
    let first = compare(&app).await;
    let since = app.now() - TimeDelta::hours(1);
    let (student, booking) = paid_in_silence(&app).await;
    app.let_pass(TimeDelta::hours(2)).await;
    app.fake()
        .fail_next(Fault::ServerError, 4, Some("/v1/events"));
    let failed = reconcile(app.db(), &app.scope(), app.stripe(), None).await;
    assert!(
        matches!(failed, Err(ServiceError::Provider(_))),
        "{failed:?}"
    );
    assert_eq!(first.listed, 0);
    assert_eq!(count(&app, "stripe_reconciliations").await, 1);
    assert_eq!(arrived(&app).await.len(), 0);
    app.let_pass(TimeDelta::hours(1)).await;
    let next = compare(&app).await;
    assert_eq!(next.since, since);
    assert!(next.missing > 0);
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "confirmed"
    );
}

#[actix_web::test]
async fn a_refund_of_which_nothing_says_what_invoice_it_is_about_is_asked_for() {
    let app = TestApp::with_stripe().await;
    let tutor = premium_in_silence(&app).await;
    let intent = app.events_of("payment_intent.succeeded")[0]["data"]["object"]["id"].clone();
    let by_hand = RefundRequest {
        payment_intent_id: intent.as_str().unwrap().into(),
        amount_minor: super::events::PREMIUM,
        refund_id: Uuid::now_v7(),
    };
    app.stripe().refund(&by_hand, "by-hand").await.unwrap();
    for event in app.fake().events() {
        if event["type"] != "invoice_payment.paid" {
            app.deliver(&event).await.expect(200);
        }
    }
    let refunded = &app.events_of("charge.refunded")[0];
    assert_eq!(record_of(&app, refunded).await, parked("waiting"));
    assert_eq!(
        tutor.get("/me/premium").await.expect(200)["is_premium"],
        true
    );
    // So late that no list has the lost event any more.
    let compared = compare_since(&app, app.now() + TimeDelta::hours(1))
        .await
        .unwrap();
    assert_eq!((compared.listed, compared.asked), (0, 1));
    assert_eq!(record_of(&app, refunded).await, ("applied".into(), None));
    assert_eq!(
        tutor.get("/me/premium").await.expect(200)["is_premium"],
        false
    );
    let again = compare_since(&app, app.now() + TimeDelta::hours(1))
        .await
        .unwrap();
    assert_eq!(again.asked, 0);
}
