//! Stripe's events, as administrators see them.

use serde_json::{Value, json};

use super::{count, trail};
use crate::support::{Client, TestApp, id};

/// A booking that is paid, and the event that said so.
async fn paid() -> (TestApp, Client, String) {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    app.confirmed_booking(&tutor).await;
    let admin = app.admin().await;
    let events = admin.get("/admin/webhook-events?outcome=applied").await;
    let events = events.expect(200);
    let paid = |event: &&Value| event["type"] == "checkout.session.completed";
    let event = events["items"].as_array().unwrap().iter().find(paid);
    (app, admin, id(event.unwrap()))
}

#[actix_web::test]
async fn events_are_listed_by_what_became_of_them() {
    let (app, admin, _) = paid().await;
    let all = count(&app, "stripe_webhook_events").await;
    let mut listed = 0;
    for outcome in ["applied", "stale", "ignored", "parked"] {
        let path = format!("/admin/webhook-events?limit=100&outcome={outcome}");
        let list = admin.get(&path).await.expect(200);
        for event in list["items"].as_array().unwrap() {
            assert_eq!(event["outcome"], outcome);
            listed += 1;
        }
    }
    assert_eq!(listed, all);
    let answer = admin.get("/admin/webhook-events?outcome=lost").await;
    assert_eq!(answer.wrong_fields(), ["outcome"]);
}

#[actix_web::test]
async fn an_event_says_what_happened_and_nothing_of_persons() {
    let (_app, admin, event) = paid().await;
    let path = format!("/admin/webhook-events/{event}");
    let shown = admin.get(&path).await.expect(200);
    let session = &shown["payload"]["data"]["object"];
    assert_eq!(session["amount_total"], 150_000);
    assert!(session["id"].as_str().unwrap().starts_with("cs_"));
    for personal in ["customer_email", "customer_details"] {
        let is_masked = session[personal].is_null() || session[personal] == "…";
        assert!(is_masked, "{}", session[personal]);
    }
    assert!(!shown["payload"].to_string().contains('@'), "{shown}");
}

#[actix_web::test]
async fn an_event_that_is_settled_again_moves_no_money_and_is_on_record() {
    let (app, admin, event) = paid().await;
    let entries = count(&app, "ledger_entries").await;
    let path = format!("/admin/webhook-events/{event}/replay");
    let named = admin.with("x-request-id", "case-9");
    let settled = named.act(&path).await.expect(200);
    assert_eq!(settled["outcome"], "applied");
    assert_eq!(count(&app, "ledger_entries").await, entries);
    let trail = trail(&admin, "stripe_event.replayed").await;
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0]["object_id"], settled["event_id"]);
    assert_eq!(trail[0]["actor_id"], admin.user_id);
    assert_eq!(trail[0]["request_id"], "case-9");
    let applied = json!({ "outcome": "applied", "reason": null });
    assert_eq!(
        (&trail[0]["before"], &trail[0]["after"]),
        (&applied, &applied)
    );
}

#[actix_web::test]
async fn an_event_whose_effects_were_lost_is_settled_by_its_replay() {
    let (app, admin, event) = paid().await;
    // As if the settlement of the day had a fault that was mended since.
    let forget = "UPDATE stripe_webhook_events SET outcome = 'parked', reason = 'mismatch'";
    persistence::execute_for_tests(app.db(), forget)
        .await
        .unwrap();
    let path = format!("/admin/webhook-events/{event}/replay");
    let settled = admin.act(&path).await.expect(200);
    assert_eq!(settled["outcome"], "applied");
    let trail = trail(&admin, "stripe_event.replayed").await;
    assert_eq!(trail[0]["before"]["outcome"], "parked");
    assert_eq!(trail[0]["after"]["outcome"], "applied");
}
