//! Refunds and disputes, as Stripe tells of them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::booking::{opened, status};
use super::events::{Opened, PREMIUM, Shape, changed};
use super::{balances, count, parked, record_of};
use crate::support::{Client, TestApp, id};

const ALL: i64 = 150_000;

/// A booking that is paid.
async fn paid(app: &TestApp) -> (Client, Value, Opened) {
    let (student, booking, opened) = opened(app).await;
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    (student, booking, opened)
}

async fn payment(student: &Client, opened: &Opened) -> (String, i64) {
    let path = format!("/payments/{}", opened.payment_id);
    let payment = student.get(&path).await.expect(200);
    let refunded = payment["refunded_amount"].as_i64().unwrap();
    (payment["status"].as_str().unwrap().to_owned(), refunded)
}

pub(super) fn booked(lines: &[(&str, i64)]) -> Vec<(String, i64)> {
    lines
        .iter()
        .map(|(account, sum)| ((*account).to_owned(), *sum))
        .collect()
}

/// The balances that aren't zero.
pub(super) async fn held(app: &TestApp) -> Vec<(String, i64)> {
    let mut balances = balances(app).await;
    balances.retain(|(_, sum)| *sum != 0);
    balances
}

#[actix_web::test]
async fn a_refund_in_two_parts_is_shown_as_it_goes() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = paid(&app).await;
    assert_eq!(app.outcome(&opened.charge(10, 40_000)).await, "applied");
    assert_eq!(
        payment(&student, &opened).await,
        ("partially_refunded".into(), 40_000)
    );
    assert_eq!(status(&student, &booking).await, "confirmed");
    let kept = [("escrow", 110_000), ("refund", 40_000), ("student", -ALL)];
    assert_eq!(held(&app).await, booked(&kept));
    assert_eq!(app.outcome(&opened.charge(20, ALL)).await, "applied");
    assert_eq!(payment(&student, &opened).await, ("refunded".into(), ALL));
    assert_eq!(status(&student, &booking).await, "refunded");
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
    // What pays comes late, or again: a refunded booking stays refunded.
    let late = opened.session("async_payment_succeeded", 30, "paid");
    assert_eq!(app.outcome(&late).await, "applied");
    assert_eq!(status(&student, &booking).await, "refunded");
    assert_eq!(count(&app, "ledger_transactions").await, 3);
}

#[actix_web::test]
async fn a_refund_that_arrives_before_its_payment_counts_when_that_comes() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    let refund = opened.charge(10, ALL);
    assert_eq!(app.outcome(&refund).await, "parked");
    assert_eq!(record_of(&app, &refund).await, parked("waiting"));
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(record_of(&app, &refund).await, ("applied".into(), None));
    assert_eq!(payment(&student, &opened).await, ("refunded".into(), ALL));
    assert_eq!(status(&student, &booking).await, "refunded");
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn a_refund_that_failed_at_the_bank_is_money_that_is_still_here() {
    let app = TestApp::with_stripe().await;
    let (student, _, opened) = paid(&app).await;
    for event in [
        opened.refund("created", 10, 40_000, "pending"),
        opened.charge(10, 40_000),
        opened.refund("failed", 20, 40_000, "failed"),
    ] {
        assert_eq!(app.outcome(&event).await, "applied");
    }
    assert_eq!(payment(&student, &opened).await, ("completed".into(), 0));
    assert_eq!(
        held(&app).await,
        booked(&[("escrow", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn a_dispute_holds_the_booking_until_it_is_won() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = paid(&app).await;
    let withdrawn = opened.dispute("funds_withdrawn", 10, "needs_response");
    for event in [opened.dispute("created", 10, "needs_response"), withdrawn] {
        app.outcome(&event).await;
    }
    assert_eq!(payment(&student, &opened).await, ("disputed".into(), 0));
    assert_eq!(status(&student, &booking).await, "disputed");
    assert_eq!(
        held(&app).await,
        booked(&[("disputed", ALL), ("student", -ALL)])
    );
    let cancel = format!("/bookings/{}/cancel", id(&booking));
    student
        .post(&cancel, json!({}))
        .await
        .refused(409, "invalid_state");
    assert_eq!(
        app.outcome(&opened.dispute("closed", 20, "won")).await,
        "applied"
    );
    let reinstated = opened.dispute("funds_reinstated", 21, "won");
    assert_eq!(app.outcome(&reinstated).await, "applied");
    assert_eq!(payment(&student, &opened).await, ("completed".into(), 0));
    assert_eq!(status(&student, &booking).await, "confirmed");
    assert_eq!(
        held(&app).await,
        booked(&[("escrow", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn a_dispute_that_is_lost_takes_the_money_and_the_booking() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = paid(&app).await;
    // The end comes first; the beginning changes nothing any more.
    assert_eq!(
        app.outcome(&opened.dispute("closed", 20, "lost")).await,
        "applied"
    );
    assert_eq!(
        app.outcome(&opened.dispute("created", 10, "needs_response"))
            .await,
        "stale"
    );
    assert_eq!(payment(&student, &opened).await, ("disputed".into(), 0));
    assert_eq!(status(&student, &booking).await, "refunded");
    assert_eq!(
        held(&app).await,
        booked(&[("refund", ALL), ("student", -ALL)])
    );
}

#[actix_web::test]
async fn an_inquiry_is_nothing_to_us() {
    let app = TestApp::with_stripe().await;
    let (student, _, opened) = paid(&app).await;
    let inquiry = opened.dispute("created", 10, "warning_needs_response");
    assert_eq!(app.outcome(&inquiry).await, "ignored");
    assert_eq!(payment(&student, &opened).await, ("completed".into(), 0));
}

#[actix_web::test]
async fn a_refund_of_another_sum_currency_or_mode_is_parked_and_the_right_one_still_counts() {
    let app = TestApp::with_stripe().await;
    let (student, _, opened) = paid(&app).await;
    let right = opened.charge(10, 40_000);
    for (nth, (pointer, value, reason)) in [
        ("/data/object/amount", json!(ALL - 1), "mismatch"),
        ("/data/object/currency", json!("usd"), "mismatch"),
        (
            "/data/object/customer",
            json!("cus_of_another"),
            "customer_conflict",
        ),
        ("/livemode", json!(true), "other_mode"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut wrong = changed(&right, pointer, value);
        wrong["id"] = json!(format!("evt_wrong_{nth}"));
        assert_eq!(app.outcome(&wrong).await, "parked", "{pointer}");
        assert_eq!(record_of(&app, &wrong).await, parked(reason));
        assert_eq!(payment(&student, &opened).await, ("completed".into(), 0));
    }
    assert_eq!(app.outcome(&right).await, "applied");
    assert_eq!(
        payment(&student, &opened).await,
        ("partially_refunded".into(), 40_000)
    );
}

#[actix_web::test]
async fn a_session_that_failed_or_expired_says_so() {
    for (event, payment_status) in [("async_payment_failed", "failed"), ("expired", "expired")] {
        let app = TestApp::with_stripe().await;
        let (student, booking, opened) = opened(&app).await;
        assert_eq!(
            app.outcome(&opened.session("completed", 1, "unpaid")).await,
            "applied"
        );
        assert_eq!(payment(&student, &opened).await.0, "pending");
        assert_eq!(
            app.outcome(&opened.session(event, 2, "unpaid")).await,
            "applied"
        );
        assert_eq!(payment(&student, &opened).await.0, payment_status);
        assert_eq!(status(&student, &booking).await, "pending");
        assert_eq!(count(&app, "ledger_transactions").await, 0);
    }
}

#[actix_web::test]
async fn a_premium_that_went_back_is_over_in_both_shapes() {
    for shape in [Shape::Before2025, Shape::Since2025] {
        let app = TestApp::with_stripe().await;
        let (tutor, tutor_id) = app.tutor().await;
        let opened = Opened::premium(&app, &tutor, &tutor_id).await;
        let opened = Opened { shape, ..opened };
        let mut refund = opened.charge(50, PREMIUM);
        // A charge of an invoice has no metadata of ours.
        refund["data"]["object"]["metadata"] = json!({});
        let invoice = opened.first_invoice("invoice.paid");
        let link = match shape {
            Shape::Before2025 => {
                refund["data"]["object"]["invoice"] = invoice["data"]["object"]["id"].clone();
                None
            }
            Shape::Since2025 => Some(opened.invoice_payment("first")),
        };
        let told = [Some(opened.completed()), Some(invoice), Some(refund), link];
        for event in told.iter().flatten() {
            app.deliver(event).await.expect(200);
        }
        let premium = app.again(&tutor).await.get("/me/premium").await.expect(200);
        assert_eq!(premium["is_premium"], false, "{shape:?}");
        assert_eq!(payment(&tutor, &opened).await, ("refunded".into(), PREMIUM));
        assert_eq!(
            count(&app, "stripe_webhook_events WHERE outcome = 'parked'").await,
            0
        );
    }
}

#[actix_web::test]
async fn a_renewal_that_fails_is_told_and_keeps_three_days_of_grace() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let opened = Opened::premium(&app, &tutor, &tutor_id).await;
    for event in [
        opened.completed(),
        opened.first_invoice("invoice.paid"),
        opened.snapshot("created", 0, "active"),
    ] {
        app.deliver(&event).await.expect(200);
    }
    app.advance(TimeDelta::days(30));
    let told = count(&app, "outbox").await;
    let at = app.now();
    let mut failed = opened.invoice("invoice.payment_failed", "second", "subscription_cycle", at);
    failed["data"]["object"]["status"] = json!("open");
    failed["data"]["object"]["amount_remaining"] = json!(PREMIUM);
    assert_eq!(app.outcome(&failed).await, "applied");
    let premium = async || app.again(&tutor).await.get("/me/premium").await.expect(200);
    let now = premium().await;
    assert_eq!(
        (now["is_premium"].as_bool(), now["status"].as_str()),
        (Some(true), Some("past_due"))
    );
    assert_eq!(count(&app, "outbox").await, told + 1);
    app.advance(TimeDelta::days(3));
    assert_eq!(premium().await["is_premium"], false);
    // Paid at last: premium from then on, and no word of the failure is left.
    let paid = opened.invoice("invoice.paid", "second", "subscription_cycle", app.now());
    assert_eq!(app.outcome(&paid).await, "applied");
    let now = premium().await;
    assert_eq!(
        (now["is_premium"].as_bool(), now["status"].as_str()),
        (Some(true), Some("active"))
    );
    // Heard of after the payment, a failure before it is no news.
    let mut late = failed.clone();
    late["id"] = json!("evt_late_failure");
    assert_eq!(app.outcome(&late).await, "stale");
}

#[actix_web::test]
async fn after_its_customer_was_deleted_a_user_pays_as_a_new_one() {
    let app = TestApp::with_stripe().await;
    let (student, _, opened) = paid(&app).await;
    let deleted = json!({
        "id": "evt_gone", "object": "event", "type": "customer.deleted", "livemode": false,
        "created": app.now().timestamp(), "data": { "object": { "id": opened.customer_id } },
    });
    assert_eq!(app.outcome(&deleted).await, "applied");
    assert_eq!(
        count(&app, "stripe_customers WHERE deleted_at IS NULL").await,
        0
    );
    // What was paid by it is still known by it.
    assert_eq!(app.outcome(&opened.charge(50, 40_000)).await, "applied");
    assert_eq!(payment(&student, &opened).await.0, "partially_refunded");
    let mut foreign = deleted.clone();
    foreign["id"] = json!("evt_foreign");
    foreign["data"]["object"]["id"] = json!("cus_of_another_shop");
    assert_eq!(app.outcome(&foreign).await, "parked");
    assert_eq!(record_of(&app, &foreign).await, parked("waiting"));
}
