//! `Idempotency-Key`, on every operation that the document says takes it.

use chrono::TimeDelta;
use serde_json::json;

use super::Scene;
use crate::support::{Answer, Operation, Ready, TestApp, operations};

fn takes_key(operation: &&Operation) -> bool {
    operation.takes("header", "Idempotency-Key")
}

async fn go(ready: &Ready, operation: &Operation, key: &str) -> Answer {
    let client = ready.client.with("idempotency-key", key);
    let method = operation.method.clone();
    client.send(method, &ready.path, ready.body.clone()).await
}

#[actix_web::test]
async fn who_asks_again_gets_the_stored_answer() {
    let app = TestApp::with_stripe().await;
    let today = app.now();
    for operation in operations().iter().filter(takes_key) {
        app.advance(today - app.now());
        let ready = Ready::new(&app, operation).await;
        let first = go(&ready, operation, "once").await;
        assert!(
            [200, 201].contains(&first.status),
            "{}: {}",
            operation.name(),
            first.text
        );
        assert_eq!(first.header("idempotency-replayed"), None);
        app.advance(TimeDelta::minutes(1));
        let again = go(&ready, operation, "once").await;
        assert_eq!(
            again.header("idempotency-replayed"),
            Some("true"),
            "{}",
            operation.name()
        );
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        for name in ["etag", "location", "content-type"] {
            assert_eq!(
                again.header(name),
                first.header(name),
                "{} {name}",
                operation.name()
            );
        }
    }
}

#[actix_web::test]
async fn another_body_under_a_key_is_refused() {
    let app = TestApp::with_stripe().await;
    let today = app.now();
    for operation in operations().iter().filter(takes_key) {
        app.advance(today - app.now());
        let ready = Ready::new(&app, operation).await;
        let first = go(&ready, operation, "once").await;
        assert!(first.status < 300, "{}", first.text);
        // As good as the first one, and yet another: the fingerprint is that of the bytes.
        let mut other = ready.body.clone().unwrap_or(json!({})).to_string();
        other.push(' ');
        let client = ready.client.with("idempotency-key", "once");
        let kind = "application/json";
        let (method, path) = (operation.method.clone(), ready.path.as_str());
        let answer = client.send_raw(method, path, kind, other.as_bytes()).await;
        answer.refused(422, "idempotency_mismatch");
    }
}

#[actix_web::test]
async fn a_key_has_1_to_255_printable_characters() {
    let app = TestApp::with_stripe().await;
    let today = app.now();
    for operation in operations().iter().filter(takes_key) {
        app.advance(today - app.now());
        let ready = Ready::new(&app, operation).await;
        for key in ["", "\t", "ключ", &"x".repeat(256)] {
            let answer = go(&ready, operation, key).await;
            assert_eq!(
                answer.wrong_fields(),
                ["Idempotency-Key"],
                "{}",
                operation.name()
            );
        }
        // None of them has done anything: it is still there to be done.
        let answer = go(&ready, operation, &"x".repeat(255)).await;
        assert!(answer.status < 300, "{}: {}", operation.name(), answer.text);
    }
}

#[actix_web::test]
async fn the_stored_answer_is_for_nobody_else() {
    let app = TestApp::with_stripe().await;
    let today = app.now();
    for operation in operations().iter().filter(takes_key) {
        app.advance(today - app.now());
        let ready = Ready::new(&app, operation).await;
        let first = go(&ready, operation, "once").await;
        assert!(first.status < 300, "{}", first.text);
        let roles = operation.roles();
        for (role, stranger) in [
            ("student", app.student().await),
            ("tutor", app.tutor().await.0),
            ("admin", app.admin().await),
        ] {
            let stranger = stranger.with("idempotency-key", "once");
            let method = operation.method.clone();
            let answer = stranger.send(method, &ready.path, ready.body.clone()).await;
            assert_eq!(
                answer.header("idempotency-replayed"),
                None,
                "{}",
                operation.name()
            );
            if !roles.contains(role) {
                answer.refused(403, "forbidden");
            }
        }
    }
}

#[actix_web::test]
async fn a_key_is_ignored_where_the_document_has_none() {
    let scene = Scene::new().await;
    for operation in operations()
        .iter()
        .filter(|operation| !takes_key(operation))
    {
        let client = scene.caller(operation).with("if-match", "*");
        for key in ["once", "once", &"x".repeat(256)] {
            let client = client.with("idempotency-key", key);
            let answer = scene.ask(&client, operation, "").await;
            assert_eq!(
                answer.header("idempotency-replayed"),
                None,
                "{}",
                operation.name()
            );
            for word in ["Idempotency-Key", "idempotency_mismatch"] {
                assert!(!answer.text.contains(word), "{}", answer.text);
            }
        }
    }
}
