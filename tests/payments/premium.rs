//! Premium: bought, renewed, ended.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use services::webhooks;

use super::events::{Opened, PREMIUM, Shape, changed};
use super::{balances, count, parked, record_of};
use crate::support::{Client, TestApp};

async fn opened(app: &TestApp) -> (Client, String, Opened) {
    let (tutor, tutor_id) = app.tutor().await;
    let opened = Opened::premium(app, &tutor, &tutor_id).await;
    (tutor, tutor_id, opened)
}

/// Whether they are premium, and the expiry on record, as the tutor is told now.
async fn premium(app: &TestApp, tutor: &Client) -> (bool, Option<DateTime<Utc>>) {
    let body = app.again(tutor).await.get("/me/premium").await.expect(200);
    let expires_at = body["expires_at"].as_str();
    let expires_at = expires_at.map(|text| text.parse().unwrap());
    (body["is_premium"].as_bool().unwrap(), expires_at)
}

async fn deliver_all(app: &TestApp, events: &[Value]) -> Vec<String> {
    let mut outcomes = Vec::new();
    for event in events {
        outcomes.push(app.outcome(event).await);
    }
    outcomes
}

#[actix_web::test]
async fn checkout_and_first_invoice_are_one_period_whichever_comes_first() {
    for shape in [Shape::Before2025, Shape::Since2025] {
        for checkout_first in [true, false] {
            let app = TestApp::with_stripe().await;
            let (tutor, _, opened) = opened(&app).await;
            let opened = Opened { shape, ..opened };
            let mut events = [opened.first_invoice("invoice.paid"), opened.completed()];
            if checkout_first {
                events.reverse();
            }
            assert_eq!(deliver_all(&app, &events).await, ["applied", "applied"]);
            let expiry = opened.at + TimeDelta::days(30);
            assert_eq!(
                premium(&app, &tutor).await,
                (true, Some(expiry)),
                "{shape:?}"
            );
            assert_eq!(count(&app, "payments").await, 1);
            let booked = [("platform".into(), PREMIUM), ("student".into(), -PREMIUM)];
            assert_eq!(balances(&app).await, booked);
        }
    }
}

#[actix_web::test]
async fn the_twin_events_of_an_invoice_count_once() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = opened(&app).await;
    let twin = changed(
        &opened.renewal(30),
        "/type",
        json!("invoice.payment_succeeded"),
    );
    deliver_all(
        &app,
        &[
            opened.completed(),
            opened.first_invoice("invoice.paid"),
            opened.first_invoice("invoice.payment_succeeded"),
            opened.renewal(30),
            twin,
        ],
    )
    .await;
    let expiry = opened.at + TimeDelta::days(60);
    assert_eq!(premium(&app, &tutor).await.1, Some(expiry));
    assert_eq!(count(&app, "payments").await, 2);
    assert_eq!(count(&app, "ledger_transactions").await, 2);
}

#[actix_web::test]
async fn a_renewal_adds_thirty_days_and_is_a_payment_of_its_own() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = opened(&app).await;
    deliver_all(
        &app,
        &[opened.completed(), opened.first_invoice("invoice.paid")],
    )
    .await;
    app.advance(TimeDelta::days(30));
    assert_eq!(app.outcome(&opened.renewal(30)).await, "applied");
    let expiry = opened.at + TimeDelta::days(60);
    assert_eq!(premium(&app, &tutor).await, (true, Some(expiry)));
    let payments = app
        .again(&tutor)
        .await
        .get("/me/payments")
        .await
        .expect(200);
    let payments = payments["items"].as_array().unwrap().clone();
    assert_eq!(payments.len(), 2);
    for payment in payments {
        assert_eq!(
            (&payment["status"], &payment["amount"]),
            (&json!("completed"), &json!(PREMIUM))
        );
    }
    let booked = [
        ("platform".into(), 2 * PREMIUM),
        ("student".into(), -2 * PREMIUM),
    ];
    assert_eq!(balances(&app).await, booked);
}

#[actix_web::test]
async fn an_invoice_that_is_no_period_of_ours_grants_nothing() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = opened(&app).await;
    let manual = opened.invoice("invoice.paid", "manual", "manual", opened.at);
    let free = changed(&opened.renewal(30), "/data/object/total", json!(0));
    let foreign = changed(
        &opened.first_invoice("invoice.paid"),
        "/data/object/customer",
        json!("cus_other"),
    );
    let outcomes = deliver_all(&app, &[manual, free, foreign.clone()]).await;
    assert_eq!(outcomes, ["ignored", "ignored", "parked"]);
    assert_eq!(record_of(&app, &foreign).await, parked("customer_conflict"));
    assert_eq!(premium(&app, &tutor).await, (false, None));
    assert_eq!(balances(&app).await, []);
}

#[actix_web::test]
async fn an_invoice_of_another_price_is_parked() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = opened(&app).await;
    for (pointer, value) in [
        ("/data/object/total", json!(PREMIUM - 1)),
        ("/data/object/currency", json!("usd")),
        ("/data/object/amount_remaining", json!(1)),
        ("/data/object/status", json!("open")),
    ] {
        let mut wrong = changed(&opened.renewal(30), pointer, value);
        wrong["id"] = json!(format!("evt{}", pointer.replace('/', "_")));
        assert_eq!(app.outcome(&wrong).await, "parked", "{pointer}");
        assert_eq!(
            record_of(&app, &wrong).await,
            parked("mismatch"),
            "{pointer}"
        );
    }
    assert_eq!(premium(&app, &tutor).await, (false, None));
}

#[actix_web::test]
async fn an_ended_subscription_ends_premium_and_leaves_the_expiry_on_record() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id, opened) = opened(&app).await;
    deliver_all(
        &app,
        &[opened.completed(), opened.first_invoice("invoice.paid")],
    )
    .await;
    app.advance(TimeDelta::days(1));
    let fake = app.fake.as_ref().unwrap();
    fake.advance(std::time::Duration::from_secs(86_400)).await;
    let deleted = opened.snapshot("deleted", 86_400, "canceled");
    assert_eq!(app.outcome(&deleted).await, "applied");
    let expiry = opened.at + TimeDelta::days(30);
    assert_eq!(premium(&app, &tutor).await, (false, Some(expiry)));
    // Nothing lives any more, so premium may be bought again.
    let body = json!({ "type": "premium" });
    let tutor = app.again(&tutor).await;
    tutor.post("/payments/checkout", body).await.expect(201);
    let card = app.anonymous().get(&format!("/tutors/{tutor_id}")).await;
    assert_eq!(card.expect(200)["is_premium"], false);
}

#[actix_web::test]
async fn an_older_snapshot_never_overwrites_a_newer_one() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = opened(&app).await;
    let outcomes = deliver_all(
        &app,
        &[
            opened.completed(),
            opened.snapshot("deleted", 60, "canceled"),
            opened.snapshot("updated", 30, "active"),
            opened.snapshot("created", 0, "active"),
        ],
    )
    .await;
    assert_eq!(outcomes, ["applied", "applied", "stale", "stale"]);
    app.advance(TimeDelta::minutes(2));
    assert!(!premium(&app, &tutor).await.0);
}

#[actix_web::test]
async fn an_event_of_an_unknown_subscription_waits_for_its_checkout() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = opened(&app).await;
    let mut invoice = opened.renewal(30);
    let object = &mut invoice["data"]["object"];
    object["parent"]["subscription_details"]["metadata"] = json!({});
    object["lines"]["data"][0]["metadata"] = json!({});
    assert_eq!(app.outcome(&invoice).await, "parked");
    assert_eq!(record_of(&app, &invoice).await, parked("waiting"));
    assert_eq!(premium(&app, &tutor).await, (false, None));
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(record_of(&app, &invoice).await, ("applied".into(), None));
    let expiry = opened.at + TimeDelta::days(60);
    assert_eq!(premium(&app, &tutor).await, (true, Some(expiry)));
    assert_eq!(
        webhooks::settle_waiting(app.db(), &app.scope())
            .await
            .unwrap(),
        0
    );
}

#[actix_web::test]
async fn two_tutors_never_share_a_customer() {
    let app = TestApp::with_stripe().await;
    let (first, _, of_first) = opened(&app).await;
    let (second, _, of_second) = opened(&app).await;
    assert_ne!(of_first.customer_id, of_second.customer_id);
    let mixed = Opened {
        customer_id: of_first.customer_id.clone(),
        ..of_second
    };
    let events = [mixed.completed(), mixed.first_invoice("invoice.paid")];
    assert_eq!(deliver_all(&app, &events).await, ["parked", "parked"]);
    for event in &events {
        assert_eq!(record_of(&app, event).await, parked("customer_conflict"));
    }
    for tutor in [first, second] {
        assert_eq!(premium(&app, &tutor).await, (false, None));
    }
    assert_eq!(balances(&app).await, []);
}

#[actix_web::test]
async fn premium_follows_the_clock_with_three_days_of_grace_while_it_renews() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id, opened) = opened(&app).await;
    let active = opened.snapshot("created", 0, "active");
    deliver_all(&app, &[opened.completed(), active]).await;
    let card = format!("/tutors/{tutor_id}");
    let mut seen = Vec::new();
    for days in [0, 29, 3, 1] {
        app.advance(TimeDelta::days(days));
        let on_card = app.anonymous().get(&card).await.expect(200)["is_premium"].clone();
        assert_eq!(on_card, premium(&app, &tutor).await.0);
        seen.push(on_card);
    }
    assert_eq!(seen, [true, true, true, false]);
}

#[actix_web::test]
async fn a_subscription_that_will_not_renew_has_no_grace() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = opened(&app).await;
    let mut cancelled = opened.snapshot("updated", 60, "active");
    cancelled["data"]["object"]["cancel_at_period_end"] = json!(true);
    deliver_all(&app, &[opened.completed(), cancelled]).await;
    let body = tutor.get("/me/premium").await.expect(200);
    assert_eq!(body["cancel_at_period_end"], true);
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert!(premium(&app, &tutor).await.0);
    app.advance(TimeDelta::seconds(1));
    assert!(!premium(&app, &tutor).await.0);
}

#[actix_web::test]
async fn the_money_of_an_erased_tutor_is_still_recorded() {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let erase = "UPDATE tutor_profiles SET deleted_at = created_at";
    persistence::execute_for_tests(app.db(), erase)
        .await
        .unwrap();
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(count(&app, "payments WHERE status = 'completed'").await, 1);
}
