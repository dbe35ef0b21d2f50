//! Pages that nobody is to pay on any more are ended at Stripe.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::PaymentStatus;
use payments::SessionState;
use persistence::payments::{self as rows, Payment};
use serde_json::{Value, json};
use services::checkout::close_unpayable;
use stripe_fake::Fault;

use super::booking::status;
use super::refunding::{at_stripe, cancel, send};
use super::{count, forget_sessions};
use crate::support::{Client, TestApp, id};

/// As the server's job does it; how many payments it has ended.
async fn close(app: &TestApp) -> usize {
    let closed = close_unpayable(app.db(), &app.scope(), app.stripe()).await;
    closed.unwrap()
}

async fn minutes(app: &TestApp, minutes: i64) {
    app.let_pass(TimeDelta::minutes(minutes)).await;
}

fn of(booking: &Value) -> Value {
    json!({ "type": "booking", "booking_id": booking["id"] })
}

async fn open(payer: &Client, body: Value) -> Value {
    payer.post("/payments/checkout", body).await.expect(201)
}

fn session_of(opened: &Value) -> &str {
    opened["session_id"].as_str().unwrap()
}

/// A booking whose checkout is open.
async fn opened(app: &TestApp) -> (Client, Value, Value) {
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let opened = open(&student, of(&booking)).await;
    (student, booking, opened)
}

async fn payment_of(app: &TestApp, opened: &Value) -> Payment {
    let payment_id = opened["payment_id"].as_str().unwrap().parse().unwrap();
    rows::find(app.db(), payment_id).await.unwrap().unwrap()
}

async fn payment_status(app: &TestApp, opened: &Value) -> PaymentStatus {
    *payment_of(app, opened).await.status
}

async fn at_stripe_it_is(app: &TestApp, opened: &Value) -> SessionState {
    app.stripe().session(session_of(opened)).await.unwrap()
}

fn is_open(state: &SessionState) -> bool {
    matches!(state, SessionState::Open { .. })
}

#[actix_web::test]
async fn the_page_of_a_cancelled_booking_is_ended_ten_minutes_after_it_was_opened() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    cancel(&student, &booking).await;
    minutes(&app, 9).await;
    assert_eq!(close(&app).await, 0);
    assert!(is_open(&at_stripe_it_is(&app, &opened).await));
    minutes(&app, 1).await;
    assert_eq!(close(&app).await, 1);
    assert_eq!(at_stripe_it_is(&app, &opened).await, SessionState::Expired);
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Expired);
    // Stripe's own word of it is no news, and neither is another round.
    app.deliver_all().await;
    minutes(&app, 10).await;
    assert_eq!(close(&app).await, 0);
    assert_eq!(app.events_of("checkout.session.expired").len(), 1);
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Expired);
    let told = "audit_events WHERE action = 'payment.changed'";
    assert_eq!(count(&app, told).await, 1);
}

#[actix_web::test]
async fn the_page_of_a_booking_that_waits_for_its_payment_stays_open() {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    minutes(&app, 60 * 22).await;
    assert_eq!(close(&app).await, 0);
    assert!(is_open(&at_stripe_it_is(&app, &opened).await));
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Pending);
}

#[actix_web::test]
async fn a_page_that_was_paid_meanwhile_is_left_to_its_event_and_given_back() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    cancel(&student, &booking).await;
    minutes(&app, 10).await;
    app.fake().pay(session_of(&opened)).await.unwrap();
    assert_eq!(close(&app).await, 0);
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Pending);
    app.deliver_all().await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    app.deliver_all().await;
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Refunded);
}

#[actix_web::test]
async fn a_page_whose_money_is_under_way_is_looked_at_no_more_than_every_ten_minutes() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    app.fake().pay_later(session_of(&opened)).await.unwrap();
    app.deliver_all().await;
    cancel(&student, &booking).await;
    minutes(&app, 10).await;
    let mut looked = Vec::new();
    for minute in 0..35 {
        assert_eq!(close(&app).await, 0);
        if payment_of(&app, &opened).await.updated_at == app.now() {
            looked.push(minute);
        }
        minutes(&app, 1).await;
    }
    assert_eq!(looked, [0, 10, 20, 30]);
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Pending);
}

#[actix_web::test]
async fn what_could_not_be_ended_is_tried_again() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    cancel(&student, &booking).await;
    minutes(&app, 10).await;
    app.fake()
        .fail_next(Fault::ServerError, 4, Some("/v1/checkout/sessions"));
    assert_eq!(close(&app).await, 0);
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Pending);
    minutes(&app, 10).await;
    assert_eq!(close(&app).await, 1);
    assert_eq!(at_stripe_it_is(&app, &opened).await, SessionState::Expired);
}

#[actix_web::test]
async fn one_page_that_cannot_be_ended_keeps_no_other_open() {
    let app = TestApp::with_stripe().await;
    let mut pages = Vec::new();
    for _ in 0..3 {
        let (student, booking, opened) = opened(&app).await;
        cancel(&student, &booking).await;
        pages.push(opened);
    }
    minutes(&app, 10).await;
    app.fake()
        .fail_next(Fault::ServerError, 4, Some("/v1/checkout/sessions"));
    assert_eq!(close(&app).await, 2);
    minutes(&app, 10).await;
    assert_eq!(close(&app).await, 1);
    for page in &pages {
        assert_eq!(at_stripe_it_is(&app, page).await, SessionState::Expired);
    }
}

#[actix_web::test]
async fn a_session_whose_end_was_not_told_of_is_written_down() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let premium = open(&tutor, json!({ "type": "premium" })).await;
    let (_, _, lesson) = opened(&app).await;
    minutes(&app, 60 * 25).await;
    assert_eq!(close(&app).await, 2);
    for opened in [&premium, &lesson] {
        assert_eq!(payment_status(&app, opened).await, PaymentStatus::Expired);
    }
    app.deliver_all().await;
    assert_eq!(count(&app, "payments WHERE status = 'expired'").await, 2);
}

#[actix_web::test]
async fn a_session_that_a_crash_kept_from_us_is_over_when_its_time_is() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    forget_sessions(&app).await;
    cancel(&student, &booking).await;
    // It may be open at Stripe, and could be paid: then its event finds this row.
    minutes(&app, 60 * 20).await;
    assert_eq!(close(&app).await, 0);
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Pending);
    minutes(&app, 60 * 4).await;
    assert_eq!(close(&app).await, 1);
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Expired);
}

#[actix_web::test]
async fn two_servers_that_close_at_once_tell_the_payer_once() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    cancel(&student, &booking).await;
    minutes(&app, 10).await;
    let told = count(&app, "outbox").await;
    let rounds = (0..4).map(|_| async { close(&app).await });
    futures_util::future::join_all(rounds).await;
    assert_eq!(payment_status(&app, &opened).await, PaymentStatus::Expired);
    assert_eq!(count(&app, "outbox").await, told + 1);
    assert_eq!(app.events_of("checkout.session.expired").len(), 1);
}

/// The lesson is moved to thirteen hours from now: it can be paid for until then.
async fn move_forward(app: &TestApp, student: &Client, booking: &Value) -> DateTime<Utc> {
    let starts_at = app.now() + TimeDelta::hours(13);
    let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
    let student = student.with("if-match", "*");
    let path = format!("/bookings/{}", id(booking));
    student.patch(&path, body).await.expect(200);
    starts_at
}

#[actix_web::test]
async fn a_lesson_that_was_moved_forward_is_paid_on_a_page_that_ends_before_it() {
    let app = TestApp::with_stripe().await;
    let (student, booking, first) = opened(&app).await;
    let starts_at = move_forward(&app, &student, &booking).await;
    let second = open(&student, of(&booking)).await;
    assert_ne!(second["session_id"], first["session_id"]);
    let end: DateTime<Utc> = second["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(end, starts_at);
    assert_eq!(at_stripe_it_is(&app, &first).await, SessionState::Expired);
    assert!(is_open(&at_stripe_it_is(&app, &second).await));
    assert_eq!(payment_status(&app, &first).await, PaymentStatus::Expired);
    // The new one fits, and is given again.
    assert_eq!(open(&student, of(&booking)).await, second);
    app.pay(session_of(&second)).await;
    assert_eq!(status(&student, &booking).await, "confirmed");
    assert_eq!(count(&app, "refunds").await, 0);
}

#[actix_web::test]
async fn a_lesson_that_was_moved_after_its_payment_is_not_paid_once_more() {
    let app = TestApp::with_stripe().await;
    let (student, booking, first) = opened(&app).await;
    app.fake().pay(session_of(&first)).await.unwrap();
    move_forward(&app, &student, &booking).await;
    let answer = student.post("/payments/checkout", of(&booking)).await;
    answer.refused(409, "conflict");
    assert_eq!(count(&app, "payments").await, 1);
    app.deliver_all().await;
    assert_eq!(status(&student, &booking).await, "confirmed");
}

#[actix_web::test]
async fn a_page_that_could_not_be_ended_keeps_its_successor_from_opening() {
    let app = TestApp::with_stripe().await;
    let (student, booking, first) = opened(&app).await;
    move_forward(&app, &student, &booking).await;
    app.fake()
        .fail_next(Fault::ServerError, 4, Some("/v1/checkout/sessions"));
    let answer = student.post("/payments/checkout", of(&booking)).await;
    answer.refused(503, "unavailable");
    assert!(is_open(&at_stripe_it_is(&app, &first).await));
    assert_eq!(count(&app, "payments").await, 1);
    open(&student, of(&booking)).await;
    assert_eq!(at_stripe_it_is(&app, &first).await, SessionState::Expired);
}

#[actix_web::test]
async fn the_page_of_a_deleted_customer_ends_before_a_new_one_gets_theirs() {
    let app = TestApp::with_stripe().await;
    let (student, booking, first) = opened(&app).await;
    let former = payment_of(&app, &first).await.customer_id.unwrap();
    app.fake().delete_customer(&former).await.unwrap();
    app.deliver_all().await;
    app.fake()
        .fail_next(Fault::ServerError, 4, Some("/v1/checkout/sessions"));
    let answer = student.post("/payments/checkout", of(&booking)).await;
    answer.refused(503, "unavailable");
    assert_eq!(count(&app, "payments").await, 1);
    let second = open(&student, of(&booking)).await;
    assert_eq!(at_stripe_it_is(&app, &first).await, SessionState::Expired);
    assert_eq!(payment_status(&app, &first).await, PaymentStatus::Expired);
    let paid = payment_of(&app, &second).await;
    assert_ne!(paid.customer_id.unwrap(), former);
    app.pay(session_of(&second)).await;
    assert_eq!(status(&student, &booking).await, "confirmed");
}
