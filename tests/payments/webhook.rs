//! Who is believed, and what is answered.

use actix_web::http::Method;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::count;
use super::events::{Opened, changed};
use crate::support::TestApp;

const SECRET: &str = "whsec_of_the_tests";

fn event(id: &str) -> Value {
    json!({ "id": id, "type": "charge.captured", "created": 1_767_225_600, "data": {} })
}

/// By hand: <https://docs.stripe.com/webhooks#verify-manually>.
fn signed(secret: &str, at: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    let v1 = hex::encode(mac.finalize().into_bytes());
    format!("t={at},v1={v1}")
}

#[actix_web::test]
async fn an_event_signed_by_the_published_scheme_is_accepted() {
    let app = TestApp::new().await;
    let body = event("evt_1").to_string().into_bytes();
    let signature = signed(SECRET, app.now().timestamp(), &body);
    let answer = app.deliver_signed(&body, &signature).await.expect(200);
    assert_eq!(answer, json!({ "received": true, "outcome": "ignored" }));
}

#[actix_web::test]
async fn an_event_that_stripe_did_not_sign_lately_is_refused() {
    let app = TestApp::new().await;
    let body = event("evt_1").to_string().into_bytes();
    let now = app.now().timestamp();
    for signature in [
        signed("whsec_of_another", now, &body),
        signed(SECRET, now - 301, &body),
        signed(SECRET, now + 301, &body),
        signed(SECRET, now, b"{}"),
        String::new(),
        "t=,v1=".into(),
    ] {
        let answer = app.deliver_signed(&body, &signature).await;
        answer.refused(400, "invalid_signature");
    }
    let unsigned = app.anonymous();
    let unsigned = unsigned.send_raw(Method::POST, "/payments/webhook", "application/json", &body);
    unsigned.await.refused(400, "invalid_signature");
    assert_eq!(count(&app, "stripe_webhook_events").await, 0);
}

#[actix_web::test]
async fn a_signature_of_five_minutes_ago_is_still_good() {
    let app = TestApp::new().await;
    let body = event("evt_1").to_string().into_bytes();
    let signature = signed(SECRET, app.now().timestamp() - 300, &body);
    app.deliver_signed(&body, &signature).await.expect(200);
}

#[actix_web::test]
async fn a_signed_body_that_is_no_event_is_malformed() {
    let app = TestApp::new().await;
    let whole = event("evt_1").to_string();
    for body in [
        &whole[..whole.len() - 1],
        "",
        "[]",
        "{}",
        r#"{"id":"evt_1"}"#,
    ] {
        let signature = signed(SECRET, app.now().timestamp(), body.as_bytes());
        let answer = app.deliver_signed(body.as_bytes(), &signature).await;
        answer.refused(400, "malformed_request");
    }
    let body = b"{\"id\":\"evt_\xff\"}";
    let signature = signed(SECRET, app.now().timestamp(), body);
    assert_eq!(app.deliver_signed(body, &signature).await.status, 400);
    assert_eq!(count(&app, "stripe_webhook_events").await, 0);
}

#[actix_web::test]
async fn an_event_of_300_kib_is_read_and_one_over_a_mebibyte_is_not() {
    let app = TestApp::new().await;
    let mut large = event("evt_1");
    large["data"] = json!({ "padding": "ы".repeat(150 * 1024) });
    assert_eq!(app.outcome(&large).await, "ignored");
    large["id"] = json!("evt_2");
    large["data"] = json!({ "padding": "a".repeat(1024 * 1024) });
    let answer = app.deliver(&large).await;
    answer.refused(413, "payload_too_large");
    assert_eq!(count(&app, "stripe_webhook_events").await, 1);
}

#[actix_web::test]
async fn an_event_of_an_unknown_type_is_kept_and_ignored_once() {
    let app = TestApp::new().await;
    assert_eq!(app.outcome(&event("evt_1")).await, "ignored");
    assert_eq!(app.outcome(&event("evt_1")).await, "duplicate");
    assert_eq!(count(&app, "stripe_webhook_events").await, 1);
}

#[actix_web::test]
async fn a_person_is_called_once_for_a_delivery_that_is_parked() {
    crate::support::keep_errors();
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let opened = Opened::booking(&app, &student, &booking).await;
    let wrong = changed(
        &opened.completed(),
        "/data/object/amount_total",
        json!(149_999),
    );
    assert_eq!(app.outcome(&wrong).await, "parked");
    let lines = crate::support::errors_about(wrong["id"].as_str().unwrap());
    assert_eq!(lines, ["an event is parked and needs a person"]);
}
