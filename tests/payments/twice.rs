//! A booking that was paid twice: the payment that came first is the lesson's, the other goes back.

use std::time::Duration;

use chrono::TimeDelta;
use persistence::write;
use serde_json::{Value, json};
use services::{ServiceError, webhooks};

use super::booking::{opened, status};
use super::count;
use super::events::{Opened, changed};
use crate::support::{Client, TestApp, id};

/// Two checkouts of one booking: the first has expired at Stripe's word.
async fn opened_twice(app: &TestApp) -> (Client, Value, Opened, Opened) {
    let (student, booking, first) = opened(app).await;
    let fake = app.fake.as_ref().unwrap();
    fake.advance(Duration::from_secs(25 * 3_600)).await;
    // Ids sort by time: the first checkout's payment is the older one.
    app.advance(TimeDelta::seconds(1));
    let second = Opened::booking(app, &student, &booking).await;
    assert_ne!(first.session_id, second.session_id);
    (student, booking, first, second)
}

#[actix_web::test]
async fn of_two_payments_for_one_booking_one_is_given_back() {
    let app = TestApp::with_stripe().await;
    let (student, booking, first, second) = opened_twice(&app).await;
    assert_eq!(app.outcome(&second.completed()).await, "applied");
    let later = json!(first.at.timestamp() + 60);
    let late = changed(&first.completed(), "/created", later);
    assert_eq!(app.outcome(&late).await, "applied");
    assert_eq!(status(&student, &booking).await, "confirmed");
    assert_eq!(count(&app, "payments WHERE status = 'completed'").await, 2);
    assert_eq!(count(&app, "refunds").await, 1);
}

#[actix_web::test]
async fn a_payment_that_proves_to_be_the_second_is_given_back_in_the_same_transaction() {
    let app = TestApp::with_stripe().await;
    let (_, _, first, second) = opened_twice(&app).await;
    let later = json!(first.at.timestamp() + 60);
    let late = changed(&first.completed(), "/created", later);
    assert_eq!(app.outcome(&late).await, "applied");
    let body = second.completed().to_string();
    let event = payments::events::read(body.as_bytes()).unwrap();
    // No second look: the process may die right after its commit.
    write(app.db(), &app.scope(), async |tx| {
        webhooks::record(tx, &event).await?;
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
    assert_eq!(count(&app, "refunds").await, 1);
}

/// As [`opened_twice`], both paid: the older checkout a minute after the one that confirmed.
async fn paid_twice(app: &TestApp) -> (Client, Value, Opened, Opened) {
    let (student, booking, first, second) = opened_twice(app).await;
    assert_eq!(app.outcome(&second.completed()).await, "applied");
    let later = json!(first.at.timestamp() + 60);
    let late = changed(&first.completed(), "/created", later);
    assert_eq!(app.outcome(&late).await, "applied");
    (student, booking, first, second)
}

/// How many refunds of a checkout's payment were decided for a reason.
async fn refunds_of(app: &TestApp, opened: &Opened, reason: &str) -> i64 {
    let what = format!(
        "refunds JOIN payments ON payments.id = refunds.payment_id \
         WHERE payments.provider_ref = '{}' AND refunds.reason = '{reason}'",
        opened.session_id
    );
    count(app, &what).await
}

#[actix_web::test]
async fn a_cancellation_gives_back_the_payment_that_confirmed() {
    let app = TestApp::with_stripe().await;
    let (student, booking, first, second) = paid_twice(&app).await;
    let path = format!("/bookings/{}/cancel", id(&booking));
    student.act(&path).await.expect(200);
    assert_eq!(refunds_of(&app, &first, "not_payable").await, 1);
    assert_eq!(refunds_of(&app, &second, "booking_cancelled").await, 1);
    assert_eq!(count(&app, "refunds").await, 2);
}

#[actix_web::test]
async fn what_is_held_is_released_from_the_payment_that_confirmed() {
    let app = TestApp::with_stripe().await;
    let (student, booking, _, second) = paid_twice(&app).await;
    // Too late for money back, so the lesson counts as held.
    app.advance(TimeDelta::hours(40));
    let path = format!("/bookings/{}/cancel", id(&booking));
    app.again(&student).await.act(&path).await.expect(200);
    let what = format!(
        "ledger_transactions JOIN payments ON payments.id = ledger_transactions.payment_id \
         WHERE ledger_transactions.kind = 'release' AND payments.provider_ref = '{}'",
        second.session_id
    );
    assert_eq!(count(&app, &what).await, 1);
}
