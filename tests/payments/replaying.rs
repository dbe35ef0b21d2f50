//! What an operator does about a single event, and what is done about those that wait for too long.

use chrono::{DateTime, TimeDelta, Utc};
use payments::ProviderError;
use persistence::{execute_for_tests, webhook_events, write};
use serde_json::{Value, json};
use services::ServiceError;
use services::reconcile::replay;
use services::webhooks::{self, Receipt, settle_waiting};

use super::booking::{opened, status};
use super::events::changed;
use super::{count, parked, record_of};
use crate::support::{TestApp, errors_about, keep_errors};

fn name(event: &Value) -> &str {
    event["id"].as_str().unwrap()
}

async fn replayed(app: &TestApp, event: &Value) -> Result<Receipt, ServiceError> {
    replay(app.db(), &app.scope(), app.stripe(), name(event)).await
}

async fn resolve(app: &TestApp, event: &Value) -> Result<(), ServiceError> {
    let (scope, event_id) = (app.scope(), name(event));
    write(app.db(), &scope, async |tx| {
        webhooks::resolve(tx, event_id, "asked the payer").await
    })
    .await
}

async fn settle(app: &TestApp) -> usize {
    settle_waiting(app.db(), &app.scope()).await.unwrap()
}

/// A paid session of a customer whom nobody knows.
async fn nobodys(app: &TestApp) -> Value {
    let (_, _, opened) = opened(app).await;
    let mut event = changed(&opened.completed(), "/data/object/id", json!("cs_nobodys"));
    event["data"]["object"]["metadata"] = json!({});
    event["data"]["object"]["customer"] = json!("cus_unknown");
    // Errors are kept by event for all tests of the process.
    event["id"] = json!(format!("evt_{}", uuid::Uuid::now_v7().simple()));
    event
}

async fn times(app: &TestApp, event: &Value) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    let row = webhook_events::find(app.db(), name(event))
        .await
        .unwrap()
        .unwrap();
    (row.processed_at, row.alerted_at)
}

#[actix_web::test]
async fn an_event_that_never_arrived_is_fetched_and_applied() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    app.fake().pay(&opened.session_id).await.unwrap();
    let event = &app.events_of("checkout.session.completed")[0];
    assert_eq!(replayed(&app, event).await.unwrap(), Receipt::Applied);
    assert_eq!(status(&student, &booking).await, "confirmed");
    assert_eq!(app.outcome(event).await, "duplicate");
}

#[actix_web::test]
async fn an_event_that_stripe_does_not_know_either_is_an_error() {
    let app = TestApp::with_stripe().await;
    let unknown = json!({ "id": "evt_of_nobody" });
    let refused = replayed(&app, &unknown).await;
    let Err(ServiceError::Provider(ProviderError::Refused { status: 404, .. })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(count(&app, "stripe_webhook_events").await, 0);
}

#[actix_web::test]
async fn an_event_that_waited_is_applied_once_its_piece_is_there() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    let event = opened.completed();
    assert_eq!(app.outcome(&event).await, "applied");
    // As if its missing piece had come without anybody looking again.
    let sql = "UPDATE stripe_webhook_events SET outcome = 'parked', reason = 'waiting'";
    execute_for_tests(app.db(), sql).await.unwrap();
    assert_eq!(replayed(&app, &event).await.unwrap(), Receipt::Applied);
    assert_eq!(record_of(&app, &event).await, ("applied".into(), None));
    assert_eq!(status(&student, &booking).await, "confirmed");
}

#[actix_web::test]
async fn an_event_that_was_ignored_by_an_older_server_is_read_now() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    let event = opened.completed();
    let mut unknown = event.clone();
    unknown["type"] = json!("checkout.session.of_the_future");
    assert_eq!(app.outcome(&unknown).await, "ignored");
    // What was stored of it then is what is read today.
    let sql = format!(
        "UPDATE stripe_webhook_events SET type = 'checkout.session.completed', payload = '{event}'"
    );
    execute_for_tests(app.db(), &sql).await.unwrap();
    assert_eq!(app.outcome(&event).await, "duplicate");
    assert_eq!(status(&student, &booking).await, "pending");
    assert_eq!(replayed(&app, &event).await.unwrap(), Receipt::Applied);
    assert_eq!(status(&student, &booking).await, "confirmed");
}

#[actix_web::test]
async fn a_replay_changes_nothing_about_what_is_settled() {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let wrong = changed(&opened.completed(), "/data/object/amount_total", json!(1));
    assert_eq!(app.outcome(&wrong).await, "parked");
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    let (told, booked) = (
        count(&app, "outbox").await,
        count(&app, "ledger_entries").await,
    );
    assert_eq!(replayed(&app, &wrong).await.unwrap(), Receipt::Parked);
    assert_eq!(record_of(&app, &wrong).await, parked("mismatch"));
    assert_eq!(
        replayed(&app, &opened.completed()).await.unwrap(),
        Receipt::Applied
    );
    assert_eq!(count(&app, "outbox").await, told);
    assert_eq!(count(&app, "ledger_entries").await, booked);
}

#[actix_web::test]
async fn a_parked_event_that_was_resolved_stays_so_whatever_comes() {
    let app = TestApp::with_stripe().await;
    let (student, booking, opened) = opened(&app).await;
    let wrong = changed(&opened.completed(), "/data/object/amount_total", json!(1));
    assert_eq!(app.outcome(&wrong).await, "parked");
    resolve(&app, &wrong).await.unwrap();
    let row = webhook_events::find(app.db(), name(&wrong))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.resolution.as_deref(), Some("asked the payer"));
    assert_eq!(row.resolved_at, Some(app.now()));
    let audited = "audit_events WHERE action = 'stripe_event.resolved' AND actor_kind = 'command'";
    assert_eq!(count(&app, audited).await, 1);
    assert_eq!(record_of(&app, &wrong).await, ("ignored".into(), None));
    assert_eq!(app.outcome(&opened.completed()).await, "applied");
    assert_eq!(app.outcome(&opened.charge(10, 40_000)).await, "applied");
    assert_eq!(record_of(&app, &wrong).await, ("ignored".into(), None));
    assert_eq!(status(&student, &booking).await, "confirmed");
}

#[actix_web::test]
async fn only_what_is_parked_can_be_resolved() {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let event = opened.completed();
    let unknown = resolve(&app, &event).await;
    assert!(
        matches!(unknown, Err(ServiceError::NotFound)),
        "{unknown:?}"
    );
    assert_eq!(app.outcome(&event).await, "applied");
    let applied = resolve(&app, &event).await;
    assert!(
        matches!(applied, Err(ServiceError::Conflict)),
        "{applied:?}"
    );
    assert_eq!(record_of(&app, &event).await, ("applied".into(), None));
}

#[actix_web::test]
async fn of_an_event_that_waits_for_an_hour_a_person_is_told_once() {
    keep_errors();
    let app = TestApp::with_stripe().await;
    let event = nobodys(&app).await;
    assert_eq!(app.outcome(&event).await, "parked");
    app.advance(TimeDelta::minutes(59));
    settle(&app).await;
    assert_eq!(errors_about(name(&event)), Vec::<String>::new());
    assert_eq!(times(&app, &event).await.1, None);
    for _ in 0..200 {
        app.advance(TimeDelta::minutes(1));
        settle(&app).await;
    }
    let errors = errors_about(name(&event));
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("waited for an hour"), "{errors:?}");
    assert!(times(&app, &event).await.1.is_some());
    assert_eq!(record_of(&app, &event).await, parked("waiting"));
}

#[actix_web::test]
async fn what_waits_for_longer_is_looked_at_once_an_hour() {
    let app = TestApp::with_stripe().await;
    let event = nobodys(&app).await;
    assert_eq!(app.outcome(&event).await, "parked");
    let mut looked = Vec::new();
    for minute in 1..=240 {
        app.advance(TimeDelta::minutes(1));
        settle(&app).await;
        if times(&app, &event).await.0 == app.now() {
            looked.push(minute);
        }
    }
    let every_minute = (1..60).collect::<Vec<i64>>();
    assert_eq!(looked[..59], every_minute);
    let later = looked.split_off(59);
    assert!((3..=5).contains(&later.len()), "{later:?}");
    let apart = later.windows(2).all(|pair| pair[1] - pair[0] >= 60);
    assert!(apart, "{later:?}");
}

#[actix_web::test]
async fn what_has_waited_for_thirty_days_was_never_ours() {
    keep_errors();
    let app = TestApp::with_stripe().await;
    let event = nobodys(&app).await;
    assert_eq!(app.outcome(&event).await, "parked");
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    settle(&app).await;
    assert_eq!(record_of(&app, &event).await, parked("waiting"));
    app.advance(TimeDelta::hours(1));
    assert_eq!(settle(&app).await, 1);
    assert_eq!(record_of(&app, &event).await, ("ignored".into(), None));
    assert_eq!(errors_about(name(&event)).len(), 1);
    assert_eq!(settle(&app).await, 0);
}
