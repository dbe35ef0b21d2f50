//! The audit trail: only ever added to, and read by what happened.

use chrono::{DateTime, TimeDelta, Utc};
use persistence::{Actor, Reader, Scope, audit, execute_for_tests, write};
use serde_json::{Value, json};
use services::ServiceError;

use super::count;
use crate::support::{Client, TestApp, id};

async fn listed(admin: &Client, query: &str) -> Vec<Value> {
    let list = admin.get(&format!("/admin/audit?limit=100&{query}")).await;
    list.expect(200)["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn nothing_in_the_trail_is_changed_or_removed() {
    let app = TestApp::new().await;
    app.student().await;
    let before = count(&app, "audit_events").await;
    assert!(before > 0);
    for sql in [
        "UPDATE audit_events SET action = 'nothing.happened'",
        "UPDATE audit_events SET actor_id = NULL",
        "DELETE FROM audit_events",
    ] {
        let refused = execute_for_tests(app.db(), sql).await;
        assert!(refused.is_err(), "{sql}");
    }
    if app.db().is_postgres() {
        let refused = execute_for_tests(app.db(), "TRUNCATE audit_events").await;
        assert!(refused.is_err());
    }
    assert_eq!(count(&app, "audit_events").await, before);
    let lies = "audit_events WHERE action = 'nothing.happened' OR actor_id IS NULL";
    assert_eq!(count(&app, lies).await, 0);
}

#[actix_web::test]
async fn what_is_rolled_back_leaves_no_trail() {
    let app = TestApp::new().await;
    let scope = Scope::new(app.now(), Actor::Command);
    let failed: Result<(), ServiceError> = write(app.db(), &scope, async |tx| {
        let change = audit::Change {
            action: "tutor.hidden",
            object_type: "tutor_profile",
            object_id: "7".into(),
            before: None,
            after: None,
        };
        audit::record(tx, change).await?;
        Err(ServiceError::Conflict)
    })
    .await;
    assert!(failed.is_err());
    assert_eq!(count(&app, "audit_events").await, 0);
}

#[actix_web::test]
async fn the_trail_is_narrowed_by_who_what_and_when() {
    let app = TestApp::new().await;
    let admin = app.admin().await;
    let (tutor, tutor_id) = app.tutor().await;
    let noon: DateTime<Utc> = app.now() + TimeDelta::minutes(5);
    app.advance(TimeDelta::minutes(5));
    for act in ["verify", "hide"] {
        let path = format!("/admin/tutors/{tutor_id}/{act}");
        admin.act(&path).await.expect(200);
    }
    let noon = noon.format("%Y-%m-%dT%H:%M:%S.%6fZ");
    let of_object = format!("object_type=tutor_profile&object_id={tutor_id}");
    for (query, expected) in [
        (of_object.clone(), 2),
        (format!("{of_object}&action=tutor.hidden"), 1),
        (format!("{of_object}&from={noon}"), 2),
        (format!("{of_object}&to={noon}"), 0),
        (format!("actor_id={}&from={noon}", admin.user_id), 2),
        (format!("actor_id={}&from={noon}", tutor.user_id), 0),
        ("action=no.such.thing".to_owned(), 0),
    ] {
        assert_eq!(listed(&admin, &query).await.len(), expected, "{query}");
    }
}

/// How many rows the trail has. Whatever comes next is later, and so stands before them in the list.
async fn mark(app: &TestApp) -> i64 {
    app.advance(TimeDelta::milliseconds(1));
    count(app, "audit_events").await
}

/// The actions on record since there were so many.
async fn actions_since(app: &TestApp, admin: &Client, before: i64) -> Vec<String> {
    let more = usize::try_from(count(app, "audit_events").await - before).unwrap();
    let all = listed(admin, "").await;
    let new = all.iter().take(more);
    new.map(|event| event["action"].as_str().unwrap().to_owned())
        .collect()
}

/// Whatever moves money or decides about a tutor leaves a row: one act after the other, each with
/// what it must leave.
#[actix_web::test]
async fn every_act_of_money_and_moderation_is_on_record() {
    let app = TestApp::with_stripe().await;
    let admin = app.admin().await;
    let (tutor, tutor_id) = app.tutor().await;
    let before = mark(&app).await;
    for (act, action) in [
        ("verify", "tutor.verified"),
        ("hide", "tutor.hidden"),
        ("restore", "tutor.restored"),
    ] {
        let before = mark(&app).await;
        let path = format!("/admin/tutors/{tutor_id}/{act}");
        admin.act(&path).await.expect(200);
        assert_eq!(actions_since(&app, &admin, before).await, [action]);
    }
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let made = actions_since(&app, &admin, before).await;
    for action in ["application.chosen", "payment.changed", "booking.changed"] {
        assert!(made.iter().any(|made| made == action), "{action}: {made:?}");
    }
    let before = mark(&app).await;
    let path = format!("/bookings/{}/cancel", id(&booking));
    student.act(&path).await.expect(200);
    let made = actions_since(&app, &admin, before).await;
    assert!(made.contains(&"booking.changed".to_owned()), "{made:?}");
    let before = mark(&app).await;
    let premium = json!({ "type": "premium" });
    let checkout = tutor.post("/payments/checkout", premium).await.expect(201);
    app.pay(checkout["session_id"].as_str().unwrap()).await;
    let made = actions_since(&app, &admin, before).await;
    for action in ["payment.changed", "premium.changed"] {
        assert!(made.iter().any(|made| made == action), "{action}: {made:?}");
    }
}

#[actix_web::test]
async fn an_act_that_is_refused_leaves_no_trail() {
    let app = TestApp::new().await;
    let (tutor, tutor_id) = app.tutor().await;
    let before = count(&app, "audit_events").await;
    for act in ["verify", "hide", "restore"] {
        let path = format!("/admin/tutors/{tutor_id}/{act}");
        tutor.act(&path).await.refused(403, "forbidden");
    }
    assert_eq!(count(&app, "audit_events").await, before);
}
