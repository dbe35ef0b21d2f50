//! Paying for a lesson.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::events::{Opened, changed};
use super::{balances, count, forget_sessions, parked, record_of};
use crate::support::{Client, TestApp};

const REFUNDS: &str = "refunds WHERE reason = 'not_payable' AND status = 'decided'";

pub(super) async fn opened(app: &TestApp) -> (Client, Value, Opened) {
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let opened = Opened::booking(app, &student, &booking).await;
    (student, booking, opened)
}

pub(super) async fn status(student: &Client, booking: &Value) -> String {
    let path = format!("/bookings/{}", booking["id"].as_str().unwrap());
    let booking = student.get(&path).await.expect(200);
    booking["status"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_paid_session_confirms_the_booking_and_holds_the_money() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    let told = count(&app, "outbox").await;
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(status(&student, &booking).await, "confirmed");
    let path = format!("/payments/{}", opened.payment_id);
    assert_eq!(student.get(&path).await.expect(200)["status"], "completed");
    let held = [("escrow".into(), 150_000), ("student".into(), -150_000)];
    assert_eq!(balances(&app).await, held);
    for action in ["booking.changed", "payment.changed"] {
        let what = format!("audit_events WHERE action = '{action}' AND actor_kind = 'stripe'");
        assert_eq!(count(&app, &what).await, 1, "{action}");
    }
    // The student of both, the tutor of the booking.
    assert_eq!(count(&app, "outbox").await, told + 3);
}

#[actix_web::test]
async fn an_event_that_comes_twice_counts_once() {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    let (told, audited) = (
        count(&app, "outbox").await,
        count(&app, "audit_events").await,
    );
    assert_eq!(app.outcome(&opened.completed()).await, "duplicate");
    assert_eq!(count(&app, "outbox").await, told);
    assert_eq!(count(&app, "audit_events").await, audited);
    assert_eq!(count(&app, "ledger_transactions").await, 1);
}

#[actix_web::test]
async fn what_was_not_asked_for_is_parked_and_the_right_event_still_counts() {
    let cases = [
        ("/data/object/amount_total", json!(149_999), "mismatch"),
        ("/data/object/amount_total", json!(null), "mismatch"),
        ("/data/object/currency", json!("usd"), "mismatch"),
        ("/data/object/mode", json!("setup"), "mismatch"),
        (
            "/data/object/payment_status",
            json!("no_payment_required"),
            "mismatch",
        ),
        (
            "/data/object/client_reference_id",
            json!("somebody"),
            "mismatch",
        ),
        ("/data/object/metadata/type", json!("premium"), "mismatch"),
        (
            "/data/object/customer",
            json!("cus_other"),
            "customer_conflict",
        ),
        ("/livemode", json!(true), "other_mode"),
    ];
    for (pointer, value, reason) in cases {
        let app = TestApp::with_stripe().await;
        let (student, booking, opened) = opened(&app).await;
        let wrong = changed(&opened.completed(), pointer, value);
        assert_eq!(app.outcome(&wrong).await, "parked", "{pointer}");
        assert_eq!(record_of(&app, &wrong).await, parked(reason), "{pointer}");
        assert_eq!(status(&student, &booking).await, "pending");
        assert_eq!(balances(&app).await, []);
        assert_eq!(app.outcome(&opened.completed()).await, "applied");
        assert_eq!(status(&student, &booking).await, "confirmed");
        assert_eq!(record_of(&app, &wrong).await, parked(reason), "{pointer}");
    }
}

#[actix_web::test]
async fn a_session_of_nobody_waits() {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let mut event = changed(&opened.completed(), "/data/object/id", json!("cs_unknown"));
    event["data"]["object"]["metadata"] = json!({});
    assert_eq!(app.outcome(&event).await, "parked");
    assert_eq!(record_of(&app, &event).await, parked("waiting"));
    assert_eq!(count(&app, "ledger_transactions").await, 0);
}

#[actix_web::test]
async fn a_session_of_other_metadata_is_ours_by_its_id() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    let mut event = opened.completed();
    event["data"]["object"]["metadata"] = json!({});
    event["data"]["object"]["client_reference_id"] = json!(null);
    assert_eq!(app.outcome(&event).await, "applied");
    assert_eq!(status(&student, &booking).await, "confirmed");
}

#[actix_web::test]
async fn a_booking_paid_after_its_cancellation_is_given_back() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    let path = format!("/bookings/{}/cancel", booking["id"].as_str().unwrap());
    student.act(&path).await.expect(200);
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(status(&student, &booking).await, "cancelled");
    assert_eq!(count(&app, REFUNDS).await, 1);
    assert_eq!(app.outcome(&opened.completed()).await, "duplicate");
    assert_eq!(count(&app, REFUNDS).await, 1);
}

#[actix_web::test]
async fn a_booking_paid_after_its_time_is_given_back() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    app.advance(TimeDelta::hours(25));
    let late = changed(
        &opened.completed(),
        "/created",
        json!(app.now().timestamp()),
    );
    assert_eq!(app.outcome(&late).await, "applied");
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "expired"
    );
    assert_eq!(count(&app, REFUNDS).await, 1);
}

#[actix_web::test]
async fn a_booking_paid_in_time_is_confirmed_however_late_the_event_comes() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    app.advance(TimeDelta::hours(25));
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(
        status(&app.again(&student).await, &booking).await,
        "confirmed"
    );
    assert_eq!(count(&app, "refunds").await, 0);
}

#[actix_web::test]
async fn it_makes_no_difference_whether_the_expiry_was_written_down_by_then() {
    for sweeps in [false, true] {
        let app = TestApp::with_stripe().await;
        let (student, booking, opened) = opened(&app).await;
        app.advance(TimeDelta::hours(25));
        if sweeps {
            let swept = services::overtaken::sweep(app.db(), &app.scope()).await;
            assert_eq!(swept.unwrap(), 1);
        }
        assert_eq!(app.outcome(&opened.completed()).await, "applied");
        let student = app.again(&student).await;
        assert_eq!(status(&student, &booking).await, "confirmed");
        let order = format!("/orders/{}", booking["order_id"].as_str().unwrap());
        assert_eq!(
            student.get(&order).await.expect(200)["status"],
            "in_progress"
        );
        assert_eq!(count(&app, "applications WHERE status = 'chosen'").await, 1);
        assert_eq!(count(&app, "refunds").await, 0);
    }
}

#[actix_web::test]
async fn what_was_paid_in_time_is_given_back_if_its_place_is_taken() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    app.advance(TimeDelta::hours(25));
    let student = app.again(&student).await;
    let cancel = format!("/orders/{}/cancel", booking["order_id"].as_str().unwrap());
    student.post(&cancel, json!({})).await.expect(200);
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(status(&student, &booking).await, "expired");
    assert_eq!(count(&app, REFUNDS).await, 1);
    // Nothing that comes later brings it back.
    assert_eq!(app.outcome(&opened.charge(10, 1_000)).await, "applied");
    assert_eq!(status(&student, &booking).await, "expired");
}

#[actix_web::test]
async fn a_session_that_names_another_payment_than_its_own_counts_for_neither() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (rival, _) = app.tutor().await;
    let (student, first) = app.booking(&tutor).await;
    let (other, second) = app.booking(&rival).await;
    let opened = Opened::booking(&app, &student, &first).await;
    let claimed = Opened::booking(&app, &other, &second).await;
    forget_session_of(&app, &claimed).await;
    let mut crossed = opened.completed();
    crossed["data"]["object"]["metadata"]["payment_id"] = json!(claimed.payment_id);
    assert_eq!(app.outcome(&crossed).await, "parked");
    assert_eq!(record_of(&app, &crossed).await, parked("mismatch"));
    assert_eq!(status(&student, &first).await, "pending");
    assert_eq!(status(&other, &second).await, "pending");
    let mut right = opened.completed();
    right["id"] = json!("evt_right");
    assert_eq!(app.outcome(&right).await, "applied");
    assert_eq!(status(&student, &first).await, "confirmed");
    assert_eq!(status(&other, &second).await, "pending");
}

/// As if the process had died between Stripe's answer about one session and its commit.
async fn forget_session_of(app: &TestApp, opened: &Opened) {
    let sql = format!(
        "UPDATE payments SET provider_ref = NULL WHERE provider_ref = '{}'",
        opened.session_id
    );
    persistence::execute_for_tests(app.db(), &sql)
        .await
        .unwrap();
}

#[actix_web::test]
async fn an_event_that_overtakes_our_own_commit_is_found_by_its_metadata() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    forget_sessions(&app).await;
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(status(&student, &booking).await, "confirmed");
    // What the crash lost is known again: later events name only the session.
    let found = persistence::payments::find_by_provider_ref(app.db(), &opened.session_id).await;
    assert_eq!(found.unwrap().unwrap().id, opened.payment_id);
}

#[actix_web::test]
async fn a_session_being_paid_slowly_is_not_opened_twice_after_a_crash() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    app.fake
        .as_ref()
        .unwrap()
        .pay(&opened.session_id)
        .await
        .unwrap();
    forget_sessions(&app).await;
    let unpaid = changed(
        &opened.completed(),
        "/data/object/payment_status",
        json!("unpaid"),
    );
    assert_eq!(app.outcome(&unpaid).await, "applied");
    assert_eq!(status(&student, &booking).await, "pending");
    let body = json!({ "type": "booking", "booking_id": booking["id"] });
    let answer = student.post("/payments/checkout", body).await;
    answer.refused(409, "conflict");
}
