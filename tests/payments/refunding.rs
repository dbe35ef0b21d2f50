//! Money that goes back by our own decision: what is sent, and when nothing is.

use chrono::TimeDelta;
use domain::payment::{RefundReason, RefundStatus};
use payments::RefundRequest;
use persistence::payments::{self as payment_rows, Payment};
use persistence::refunds::{self, Refund};
use serde_json::Value;
use services::refunds::send_due;
use stripe_fake::DisputeStep;
use uuid::Uuid;

use super::booking::status;
use super::count;
use super::reversals::{booked, held};
use crate::support::{Client, TestApp, id};

const ALL: i64 = 150_000;

/// As the server's job does it; how many refunds Stripe has taken on.
pub(super) async fn send(app: &TestApp) -> usize {
    let sent = send_due(app.db(), &app.scope(), app.stripe()).await;
    sent.unwrap()
}

/// How many refunds there are at Stripe.
pub(super) fn at_stripe(app: &TestApp) -> usize {
    app.events_of("refund.created").len()
}

/// A booking that was paid and, in time, cancelled by its student.
pub(super) async fn cancelled(app: &TestApp) -> (Client, Value) {
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    cancel(&student, &booking).await;
    (student, booking)
}

pub(super) async fn cancel(who: &Client, booking: &Value) {
    let path = format!("/bookings/{}/cancel", id(booking));
    let cancelled = who.act(&path).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
}

/// The only refund that there is.
pub(super) async fn refund(app: &TestApp) -> Refund {
    assert_eq!(count(app, "refunds").await, 1);
    let paid = only_payment(app).await;
    let refunds = refunds::list_of_payments(app.db(), [paid.id])
        .await
        .unwrap();
    refunds.into_iter().next().unwrap()
}

/// The payment that the student of the only booking has made.
pub(super) async fn only_payment(app: &TestApp) -> Payment {
    let sql = "SELECT provider_ref FROM payments";
    let sessions = persistence::texts_for_tests(app.db(), sql).await.unwrap();
    assert_eq!(sessions.len(), 1);
    let found = payment_rows::find_by_provider_ref(app.db(), &sessions[0]).await;
    found.unwrap().unwrap()
}

/// What the payer is told of their only payment.
pub(super) async fn told(app: &TestApp, payer: &Client) -> (String, i64) {
    let payments = app.again(payer).await.get("/me/payments").await.expect(200);
    assert_eq!(payments["items"].as_array().unwrap().len(), 1);
    let payment = &payments["items"][0];
    let refunded = payment["refunded_amount"].as_i64().unwrap();
    (payment["status"].as_str().unwrap().to_owned(), refunded)
}

/// Somebody gives a part back in Stripe's dashboard.
async fn refund_by_hand(app: &TestApp, amount_minor: i64) {
    let request = RefundRequest {
        payment_intent_id: only_payment(app).await.payment_intent_id.unwrap(),
        amount_minor,
        refund_id: Uuid::now_v7(),
    };
    app.stripe().refund(&request, "by-hand").await.unwrap();
}

async fn open_dispute(app: &TestApp) -> String {
    let session = only_payment(app).await.provider_ref.unwrap();
    app.fake().open_dispute(&session).await.unwrap()
}

#[actix_web::test]
async fn a_cancellation_in_time_is_decided_sent_and_told_of_by_events() {
    let app = TestApp::with_stripe().await;
    let (student, booking) = cancelled(&app).await;
    let decided = refund(&app).await;
    assert_eq!(*decided.reason, RefundReason::BookingCancelled);
    assert_eq!(
        (*decided.status, decided.amount_minor),
        (RefundStatus::Decided, ALL)
    );
    assert_eq!(at_stripe(&app), 0);
    assert_eq!(send(&app).await, 1);
    // Sent, and still nothing is booked: that is for the events to say.
    assert_eq!(told(&app, &student).await, ("completed".into(), 0));
    assert_eq!(status(&student, &booking).await, "cancelled");
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
    assert_eq!(status(&student, &booking).await, "refunded");
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
    let done = refund(&app).await;
    assert_eq!(*done.status, RefundStatus::Succeeded);
    let made = &app.events_of("refund.created")[0]["data"]["object"];
    assert_eq!(made["id"], done.provider_ref.unwrap());
    assert_eq!(made["amount"], ALL);
    assert_eq!((send(&app).await, at_stripe(&app)), (0, 1));
}

#[actix_web::test]
async fn a_student_who_cancels_late_gets_nothing_and_the_tutor_is_owed() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    app.let_pass(TimeDelta::hours(40)).await;
    cancel(&app.again(&student).await, &booking).await;
    assert_eq!(count(&app, "refunds").await, 0);
    assert_eq!((send(&app).await, at_stripe(&app)), (0, 0));
    let kept = [("platform", 15_000), ("student", -ALL), ("tutor", 135_000)];
    assert_eq!(held(&app).await, booked(&kept));
    let payouts = app.again(&tutor).await.get("/me/payouts").await.expect(200);
    assert_eq!(payouts["totals"]["owed"], 135_000);
}

#[actix_web::test]
async fn a_tutor_who_cancels_late_gives_everything_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    app.let_pass(TimeDelta::hours(47)).await;
    cancel(&app.again(&tutor).await, &booking).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn while_a_dispute_is_open_nothing_is_sent_and_once_it_is_won_it_is() {
    let app = TestApp::with_stripe().await;
    let (student, booking) = cancelled(&app).await;
    let dispute = open_dispute(&app).await;
    app.deliver_all().await;
    for _ in 0..3 {
        assert_eq!((send(&app).await, at_stripe(&app)), (0, 0));
        let waiting = refund(&app).await;
        assert_eq!(*waiting.status, RefundStatus::Decided);
        // Our own rule: Stripe, which would refuse, isn't asked.
        assert_eq!(waiting.last_error.unwrap(), "a dispute is open");
        app.let_pass(TimeDelta::hours(2)).await;
    }
    let won = app
        .fake()
        .go_on_with_dispute(&dispute, DisputeStep::Win)
        .await;
    won.unwrap();
    app.deliver_all().await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "refunded"
    );
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn a_dispute_that_we_have_not_heard_of_puts_a_refund_off_too() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    let dispute = open_dispute(&app).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (0, 0));
    assert_eq!(*refund(&app).await.status, RefundStatus::Decided);
    let won = app
        .fake()
        .go_on_with_dispute(&dispute, DisputeStep::Win)
        .await;
    won.unwrap();
    app.deliver_all().await;
    app.let_pass(TimeDelta::hours(1)).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
}

#[actix_web::test]
async fn what_a_lost_dispute_has_taken_does_not_go_back_once_more() {
    let app = TestApp::with_stripe().await;
    let (student, booking) = cancelled(&app).await;
    let dispute = open_dispute(&app).await;
    app.deliver_all().await;
    assert_eq!(send(&app).await, 0);
    let lost = app
        .fake()
        .go_on_with_dispute(&dispute, DisputeStep::Lose)
        .await;
    lost.unwrap();
    app.deliver_all().await;
    for _ in 0..3 {
        app.let_pass(TimeDelta::hours(2)).await;
        assert_eq!((send(&app).await, at_stripe(&app)), (0, 0));
    }
    assert_eq!(*refund(&app).await.status, RefundStatus::Void);
    assert_eq!(told(&app, &student).await, ("disputed".into(), 0));
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "refunded"
    );
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn only_what_a_refund_by_hand_has_left_goes_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    refund_by_hand(&app, 40_005).await;
    app.deliver_all().await;
    assert_eq!(
        told(&app, &student).await,
        ("partially_refunded".into(), 40_005)
    );
    cancel(&student, &booking).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 2));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
    let ours = &app.events_of("refund.created")[1]["data"]["object"];
    assert_eq!(ours["amount"], ALL - 40_005);
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn what_went_back_by_hand_is_not_given_back_again_whether_or_not_we_have_heard_of_it() {
    for heard in [true, false] {
        let app = TestApp::with_stripe().await;
        let (student, _) = cancelled(&app).await;
        refund_by_hand(&app, ALL).await;
        if heard {
            app.deliver_all().await;
        }
        assert_eq!(
            (send(&app).await, at_stripe(&app)),
            (0, 1),
            "heard: {heard}"
        );
        app.deliver_all().await;
        app.let_pass(TimeDelta::hours(2)).await;
        assert_eq!((send(&app).await, at_stripe(&app)), (0, 1));
        let unneeded = refund(&app).await;
        assert_eq!(*unneeded.status, RefundStatus::Void, "heard: {heard}");
        assert_eq!(unneeded.last_error.unwrap(), "nothing is left to give back");
        assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
    }
}

#[actix_web::test]
async fn a_refund_that_the_bank_sends_back_is_failed_and_its_payment_paid() {
    let app = TestApp::with_stripe().await;
    app.fake().hold_refunds(true);
    let (student, booking) = cancelled(&app).await;
    assert_eq!(send(&app).await, 1);
    app.deliver_all().await;
    let sent = refund(&app).await;
    assert_eq!(*sent.status, RefundStatus::Sent);
    let failed = app
        .fake()
        .let_refund_fail(&sent.provider_ref.unwrap())
        .await;
    failed.unwrap();
    app.deliver_all().await;
    assert_eq!(*refund(&app).await.status, RefundStatus::Failed);
    assert_eq!(told(&app, &student).await, ("completed".into(), 0));
    // It was told that it is off, and stays so.
    assert_eq!(status(&student, &booking).await, "refunded");
    app.let_pass(TimeDelta::hours(2)).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (0, 1));
}

#[actix_web::test]
async fn of_what_went_by_hand_unheard_of_only_the_rest_is_asked_for() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    refund_by_hand(&app, 40_005).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 2));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
    assert_eq!(refund(&app).await.amount_minor, ALL - 40_005);
}
