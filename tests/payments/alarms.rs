//! Events that need a person reach one.

use chrono::TimeDelta;
use serde_json::json;
use services::webhooks::settle_waiting;

use super::booking::opened;
use super::events::changed;
use super::{parked, record_of};
use crate::support::{TestApp, errors_about, keep_errors};

#[actix_web::test]
async fn what_waited_and_turns_out_wrong_is_told_when_that_is_seen() {
    keep_errors();
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let foreign = changed(
        &opened.charge(5, 1_000),
        "/data/object/currency",
        json!("usd"),
    );
    let id = foreign["id"].as_str().unwrap();
    assert_eq!(app.outcome(&foreign).await, "parked");
    assert!(errors_about(id).is_empty());
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(record_of(&app, &foreign).await, parked("mismatch"));
    assert_eq!(errors_about(id).len(), 1);
}

#[actix_web::test]
async fn an_event_that_waits_is_told_once_after_an_hour_of_looking_each_minute() {
    keep_errors();
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let early = opened.charge(5, 1_000);
    let id = early["id"].as_str().unwrap();
    assert_eq!(app.outcome(&early).await, "parked");
    for minute in 1..=65 {
        app.advance(TimeDelta::minutes(1));
        settle_waiting(app.db(), &app.scope()).await.unwrap();
        assert_eq!(
            errors_about(id).len(),
            usize::from(minute >= 60),
            "{minute}"
        );
    }
    // It is a payment of ours that it waits for: it is never given up.
    app.advance(TimeDelta::days(31));
    settle_waiting(app.db(), &app.scope()).await.unwrap();
    assert_eq!(record_of(&app, &early).await, parked("waiting"));
}
