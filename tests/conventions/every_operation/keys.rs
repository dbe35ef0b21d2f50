//! `Idempotency-Key`, on every operation that the document says takes it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Scene;
use crate::support::{
    Answer, Client, Operation, TestApp, id, operations, order_body, profile_body,
};

/// Somebody about to do something that will succeed.
struct Ready {
    client: Client,
    path: String,
    body: Option<Value>,
}

fn takes_key(operation: &&Operation) -> bool {
    operation.takes("header", "Idempotency-Key")
}

impl Ready {
    /// For an operation that is new among those that take a key, say here when it succeeds.
    async fn new(app: &TestApp, operation: &Operation) -> Self {
        let (tutor, _) = app.tutor().await;
        let (client, of, body) = match operation.id.as_str() {
            "create_tutor_profile" => (app.newcomer().await, None, Some(profile_body())),
            "create_order" => (app.student().await, None, Some(order_body())),
            "cancel_order" => {
                let student = app.student().await;
                let order = app.order(&student).await;
                (student, Some(order), None)
            }
            "complete_order" => {
                let (student, booking) = app.completed_booking(&tutor).await;
                let order = booking["order_id"].as_str().unwrap().to_owned();
                (student, Some(order), None)
            }
            "create_application" => {
                let order = app.order(&app.student().await).await;
                let body = json!({ "price": 150_000, "message": "Готова начать." });
                (tutor, Some(order), Some(body))
            }
            "choose_application" => {
                let student = app.student().await;
                let order = app.order(&student).await;
                let bid = app.bid(&tutor, &order, 150_000).await;
                let starts_at = app.now() + TimeDelta::days(2);
                (student, Some(bid), Some(json!({ "starts_at": starts_at })))
            }
            "cancel_booking" => {
                let (student, booking) = app.booking(&tutor).await;
                (student, Some(id(&booking)), None)
            }
            "complete_booking" => {
                let (_, booking) = app.confirmed_booking(&tutor).await;
                app.advance(TimeDelta::days(3));
                (app.again(&tutor).await, Some(id(&booking)), None)
            }
            "create_review" => {
                let (student, booking) = app.completed_booking(&tutor).await;
                (student, Some(id(&booking)), Some(json!({ "rating": 5 })))
            }
            "reply_to_review" => {
                let (student, booking) = app.completed_booking(&tutor).await;
                let path = format!("/bookings/{}/review", id(&booking));
                let review = student
                    .post(&path, json!({ "rating": 5 }))
                    .await
                    .expect(201);
                let tutor = app.again(&tutor).await;
                (
                    tutor,
                    Some(id(&review)),
                    Some(json!({ "text": "Спасибо!" })),
                )
            }
            "open_checkout" => {
                let (student, booking) = app.booking(&tutor).await;
                let body = json!({ "type": "booking", "booking_id": booking["id"] });
                (student, None, Some(body))
            }
            other => panic!("nobody is ready for {other}"),
        };
        Self {
            client,
            path: operation.path.replace("{id}", &of.unwrap_or_default()),
            body,
        }
    }

    async fn go(&self, operation: &Operation, key: &str) -> Answer {
        let client = self.client.with("idempotency-key", key);
        let method = operation.method.clone();
        client.send(method, &self.path, self.body.clone()).await
    }
}

#[actix_web::test]
async fn who_asks_again_gets_the_stored_answer() {
    let app = TestApp::with_stripe().await;
    let today = app.now();
    for operation in operations().iter().filter(takes_key) {
        app.advance(today - app.now());
        let ready = Ready::new(&app, operation).await;
        let first = ready.go(operation, "once").await;
        assert!(
            [200, 201].contains(&first.status),
            "{}: {}",
            operation.name(),
            first.text
        );
        assert_eq!(first.header("idempotency-replayed"), None);
        app.advance(TimeDelta::minutes(1));
        let again = ready.go(operation, "once").await;
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
        let first = ready.go(operation, "once").await;
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
            let answer = ready.go(operation, key).await;
            assert_eq!(
                answer.wrong_fields(),
                ["Idempotency-Key"],
                "{}",
                operation.name()
            );
        }
        // None of them has done anything: it is still there to be done.
        let answer = ready.go(operation, &"x".repeat(255)).await;
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
        let first = ready.go(operation, "once").await;
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
            assert!(!answer.text.contains("dempotency"), "{}", answer.text);
        }
    }
}
