//! Deliveries at the same time.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::events::{Opened, PREMIUM};
use super::{balances, count};
use crate::support::TestApp;

#[actix_web::test]
async fn of_twenty_deliveries_of_one_event_at_once_one_is_applied() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let event = Opened::booking(&app, &student, &booking).await.completed();
    let mut outcomes = join_all((0..20).map(|_| app.outcome(&event))).await;
    outcomes.sort();
    assert_eq!(outcomes[0], "applied");
    assert!(outcomes[1..].iter().all(|outcome| outcome == "duplicate"));
    assert_eq!(count(&app, "ledger_transactions").await, 1);
    assert_eq!(
        count(&app, "audit_events WHERE action = 'booking.changed'").await,
        1
    );
    let held = [("escrow".into(), 150_000), ("student".into(), -150_000)];
    assert_eq!(balances(&app).await, held);
}

#[actix_web::test]
async fn events_of_one_customer_at_once_all_count() {
    let app = TestApp::with_stripe().await;
    for _ in 0..5 {
        let (tutor, tutor_id) = app.tutor().await;
        let opened = Opened::premium(&app, &tutor, &tutor_id).await;
        let mut renewal = opened.renewal(30);
        let object = &mut renewal["data"]["object"];
        object["parent"]["subscription_details"]["metadata"] = serde_json::json!({});
        object["lines"]["data"][0]["metadata"] = serde_json::json!({});
        let events = [
            renewal,
            opened.completed(),
            opened.first_invoice("invoice.paid"),
            opened.snapshot("created", 0, "active"),
        ];
        join_all(events.iter().map(|event| app.outcome(event))).await;
        let premium = tutor.get("/me/premium").await.expect(200);
        let expiry = opened.at + TimeDelta::days(60);
        let told: chrono::DateTime<chrono::Utc> =
            premium["expires_at"].as_str().unwrap().parse().unwrap();
        assert_eq!((told, &premium["status"]), (expiry, &"active".into()));
    }
    let parked = "stripe_webhook_events WHERE outcome = 'parked'";
    assert_eq!(count(&app, parked).await, 0);
    assert_eq!(balances(&app).await[0], ("platform".into(), 10 * PREMIUM));
}
