//! The audit trail: only ever added to, and read by what happened.

use actix_web::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use persistence::{Actor, Reader, Scope, audit, execute_for_tests, write};
use serde_json::{Value, json};
use services::ServiceError;

use super::count;
use crate::support::{Client, Operation, Ready, TestApp, id, operations, trail_ids_of};

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

/// What an operation must leave in the trail, if it is about money, roles, moderation or sessions, or
/// changes what somebody owes. One that is new says here what it leaves, or that it leaves nothing.
fn action_of(operation: &Operation) -> Option<&'static str> {
    Some(match operation.id.as_str() {
        "register" => "account.created",
        "erase_me" => "account.erased",
        "verify_email" => "email.verified",
        "login" => "session.started",
        "logout" | "end_session" => "session.ended",
        "change_password" => "password.changed",
        "reset_password" => "password.reset",
        "choose_application" => "application.chosen",
        "cancel_order" | "complete_order" => "order.changed",
        "cancel_booking" | "complete_booking" => "booking.changed",
        "reschedule_booking" => "booking.rescheduled",
        "open_checkout" => "payment.created",
        "create_document" => "document.added",
        "delete_document" => "document.removed",
        "admin_verify_tutor" => "tutor.verified",
        "admin_hide_tutor" => "tutor.hidden",
        "admin_restore_tutor" => "tutor.restored",
        "admin_replay_webhook_event" => "stripe_event.replayed",
        "admin_retry_job" => "job.retried",
        // A refresh goes on with a session, the portal is Stripe's, and an event is on record with what
        // it changes; an order, a bid or a review binds nobody to pay, and a profile is its owner's.
        "refresh"
        | "forgot_password"
        | "resend_verification"
        | "open_portal"
        | "receive_stripe_event"
        | "update_me"
        | "create_tutor_profile"
        | "update_tutor_profile"
        | "create_order"
        | "update_order"
        | "compute_matches"
        | "create_application"
        | "update_application"
        | "withdraw_application"
        | "create_review"
        | "reply_to_review" => return None,
        other => panic!("what does {other} leave?"),
    })
}

#[actix_web::test]
async fn every_operation_of_money_roles_and_moderation_leaves_its_row() {
    let app = TestApp::with_stripe().await;
    let today = app.now();
    for operation in operations().iter().filter(|o| o.method != Method::GET) {
        let Some(action) = action_of(operation) else {
            continue;
        };
        let ready = Ready::new(&app, operation).await;
        if action == "tutor.restored" {
            let hide = ready.path.replace("/restore", "/hide");
            ready.client.act(&hide).await.expect(200);
        }
        let left = format!("audit_events WHERE action = '{action}'");
        let with_request = format!("{left} AND request_id = 'the-act'");
        let before = count(&app, &left).await;
        let client = ready.client.with("x-request-id", "the-act");
        let method = operation.method.clone();
        let answer = client.send(method, &ready.path, ready.body).await;
        assert!(answer.status < 300, "{}: {}", operation.name(), answer.text);
        assert_eq!(count(&app, &left).await, before + 1, "{}", operation.name());
        assert!(count(&app, &with_request).await > 0, "{}", operation.name());
        app.advance(today - app.now());
    }
}

/// The trail is for ever, and what a client calls its request may be somebody's number.
#[actix_web::test]
async fn a_request_id_that_could_be_a_persons_is_echoed_and_logged_and_not_in_the_trail() {
    let app = TestApp::new().await;
    for id in ["anna@trail.test", "+79160000017", "8-916-000-00-17"] {
        let student = app.student().await.with("x-request-id", id);
        let answer = student.act("/auth/logout").await;
        answer.expect(204);
        assert_eq!(answer.header("x-request-id"), Some(id));
        let recorded = trail_ids_of(id);
        assert_eq!(recorded.len(), 1, "{recorded:?}");
        let of_the_act = format!("audit_events WHERE request_id = '{}'", recorded[0]);
        assert_eq!(count(&app, &of_the_act).await, 1);
        let as_it_came = format!("audit_events WHERE request_id = '{id}'");
        assert_eq!(count(&app, &as_it_came).await, 0);
    }
}

/// Opens a checkout twice, and gives what is on record of the payment by then.
async fn opened(app: &TestApp, who: &Client, body: Value) -> Value {
    for _ in 0..2 {
        let opened = who.post("/payments/checkout", body.clone()).await;
        opened.expect(201);
    }
    let payments = who.get("/me/payments").await.expect(200);
    let payment = id(&payments["items"][0]);
    let of_payment = format!("object_id={payment}&actor_id={}", who.user_id);
    let rows = listed(&app.admin().await, &of_payment).await;
    assert_eq!(
        rows.len(),
        1,
        "a page that is given again is no other payment"
    );
    assert_eq!(rows[0]["action"], "payment.created");
    rows[0]["after"].clone()
}

#[actix_web::test]
async fn a_checkout_is_on_record_once_with_what_is_asked_for_what() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let premium = opened(&app, &tutor, json!({ "type": "premium" })).await;
    let expected = json!({
        "type": "premium", "booking_id": null, "tutor_id": tutor_id,
        "amount_minor": 99_900, "currency": "RUB",
    });
    assert_eq!(premium, expected);
    let (student, booking) = app.booking(&tutor).await;
    let body = json!({ "type": "booking", "booking_id": booking["id"] });
    let expected = json!({
        "type": "booking", "booking_id": booking["id"], "tutor_id": null,
        "amount_minor": booking["total_amount"], "currency": "RUB",
    });
    assert_eq!(opened(&app, &student, body).await, expected);
}

#[actix_web::test]
async fn money_that_is_to_go_back_is_on_record_under_whose_cancellation_it_was() {
    let app = TestApp::with_stripe().await;
    let admin = app.admin().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let path = format!("/bookings/{}/cancel", id(&booking));
    student.act(&path).await.expect(200);
    let left = listed(&admin, "action=refund.decided").await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["actor_id"], json!(student.user_id));
    let after = &left[0]["after"];
    assert_eq!(after["amount_minor"], booking["total_amount"]);
    assert_eq!(after["reason"], "booking_cancelled");
}

/// What Stripe says is on record as Stripe's doing.
#[actix_web::test]
async fn money_that_arrives_and_premium_that_follows_are_on_record() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    app.confirmed_booking(&tutor).await;
    let premium = json!({ "type": "premium" });
    let checkout = tutor.post("/payments/checkout", premium).await.expect(201);
    app.pay(checkout["session_id"].as_str().unwrap()).await;
    for action in ["payment.changed", "booking.changed", "premium.changed"] {
        let left = format!("audit_events WHERE action = '{action}' AND actor_kind = 'stripe'");
        assert!(count(&app, &left).await > 0, "{action}");
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
