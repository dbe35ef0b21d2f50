//! A walk over every operation of the OpenAPI document: a new route is covered by being there.

mod bodies;
mod entry;
mod keys;
mod parameters;
mod versions;
mod words;

use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Operation, TestApp, id};

/// An id of nothing.
const UNKNOWN: &str = "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c";

/// A market in which there is one of everything.
struct Scene {
    app: TestApp,
    student: Client,
    tutor: Client,
    admin: Client,
    /// A student and a tutor who have no part in it.
    strangers: [Client; 2],
    tutor_id: String,
    /// Open, with a bid of the tutor's.
    order: String,
    application: String,
    /// Pending, with a checkout.
    booking: String,
    payment: String,
    review: String,
}

/// Stripe's own call, which has neither a caller nor a body of ours.
fn is_webhook(operation: &Operation) -> bool {
    operation.takes("header", "Stripe-Signature")
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::with_stripe().await;
        let (tutor, tutor_id) = app.tutor().await;
        let (author, lesson) = app.completed_booking(&tutor).await;
        let path = format!("/bookings/{}/review", id(&lesson));
        let review = author.post(&path, json!({ "rating": 5 })).await.expect(201);
        // The lesson took three days; the Stripe of the tests lives in real time.
        app.advance(-TimeDelta::days(3));
        let student = app.student().await;
        let chosen = app.order(&student).await;
        let chosen = app.bid(&tutor, &chosen, 150_000).await;
        let time = json!({ "starts_at": app.now() + TimeDelta::days(4) });
        let path = format!("/applications/{chosen}/choose");
        let booking = student.post(&path, time).await.expect(201);
        let body = json!({ "type": "booking", "booking_id": booking["id"] });
        let checkout = student.post("/payments/checkout", body).await.expect(201);
        let order = app.order(&student).await;
        Self {
            application: app.bid(&tutor, &order, 150_000).await,
            admin: app.admin().await,
            strangers: [app.student().await, app.tutor().await.0],
            booking: id(&booking),
            payment: checkout["payment_id"].as_str().unwrap().to_owned(),
            review: id(&review),
            app,
            student,
            tutor,
            tutor_id,
            order,
        }
    }

    /// Where the operation is for what is here. A new kind of thing wants a place in the scene.
    fn path(&self, operation: &Operation) -> String {
        if !operation.path.contains('{') {
            return operation.path.clone();
        }
        let id = match operation.path.split('/').nth(1).unwrap() {
            "applications" => &self.application,
            "bookings" => &self.booking,
            "orders" => &self.order,
            "payments" => &self.payment,
            "reviews" => &self.review,
            "tutors" => &self.tutor_id,
            other => panic!("there is none of {other} in the scene"),
        };
        operation.path.replace("{id}", id)
    }

    /// Somebody who may ask for it here.
    fn caller(&self, operation: &Operation) -> Client {
        let roles = operation.roles();
        if operation.is_public() {
            self.app.anonymous()
        } else if roles.is_empty() || roles.contains("student") {
            self.student.clone()
        } else if roles.contains("tutor") {
            self.tutor.clone()
        } else {
            self.admin.clone()
        }
    }

    /// One of each role, who has no part in what is here.
    fn everybody(&self) -> [(&'static str, &Client); 3] {
        let [student, tutor] = &self.strangers;
        [
            ("student", student),
            ("tutor", tutor),
            ("admin", &self.admin),
        ]
    }

    /// The document's own example, in a time to come.
    fn body(&self, operation: &Operation) -> Option<Value> {
        let mut example = operation.body()?["example"].clone();
        if let Some(starts_at) = example.get_mut("starts_at") {
            *starts_at = json!(self.app.now() + TimeDelta::days(5));
        }
        Some(example)
    }

    /// The request of the document's example, with this query.
    async fn ask(&self, client: &Client, operation: &Operation, query: &str) -> Answer {
        let path = format!("{}{query}", self.path(operation));
        let method = operation.method.clone();
        client.send(method, &path, self.body(operation)).await
    }
}

/// The request with a body that isn't JSON, where there is a body.
async fn garbled(client: &Client, operation: &Operation, path: &str) -> Answer {
    let method: Method = operation.method.clone();
    if operation.body().is_some() {
        client
            .send_raw(method, path, "application/json", b"{")
            .await
    } else {
        client.send(method, path, None).await
    }
}
