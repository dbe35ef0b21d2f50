//! A market in which there is one of everything, for the walks over every operation.

use std::ops::Deref;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::app::TestApp;
use super::client::{Answer, Client};
use super::document::Operation;
use super::market::{document_body, id};

/// An id of nothing.
pub const UNKNOWN: &str = "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c";

/// A student and a tutor who deal with each other, and one of everything that is theirs.
pub struct Side {
    pub student: Client,
    pub tutor: Client,
    pub tutor_id: String,
    /// Open, with a bid of the tutor's.
    pub order: String,
    pub application: String,
    /// Pending, with a checkout.
    pub booking: String,
    pub payment: String,
    pub review: String,
    pub document: String,
    /// What administrators see: an event that was delivered, a job that is queued.
    pub webhook_event: String,
    pub job: String,
    /// The student's, on another device.
    pub session: String,
}

impl Side {
    /// Two of them, who have nothing to do with each other.
    pub async fn two(app: &TestApp) -> [Self; 2] {
        [Self::new(app).await, Self::new(app).await]
    }

    pub fn people(&self) -> [&Client; 2] {
        [&self.student, &self.tutor]
    }

    async fn new(app: &TestApp) -> Self {
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
        let admin = app.admin().await;
        let document = document_body();
        let document = tutor.post("/me/tutor-profile/documents", document).await;
        app.again(&student).await;
        let sessions = student.get("/me/sessions").await.expect(200);
        let sessions = sessions["items"].as_array().unwrap();
        let other = sessions
            .iter()
            .find(|session| session["is_current"] == false);
        Self {
            document: id(&document.expect(201)),
            webhook_event: newest(&admin, "/admin/webhook-events").await,
            job: newest(&admin, "/admin/jobs").await,
            session: id(other.unwrap()),
            application: app.bid(&tutor, &order, 150_000).await,
            booking: id(&booking),
            payment: checkout["payment_id"].as_str().unwrap().to_owned(),
            review: id(&review),
            student,
            tutor,
            tutor_id,
            order,
        }
    }

    /// Where the operation is for what is here. A new kind of thing wants a place on this side.
    pub fn path(&self, operation: &Operation) -> String {
        if !operation.path.contains('{') {
            return operation.path.clone();
        }
        let id = match operation.thing() {
            "applications" => &self.application,
            "bookings" => &self.booking,
            "documents" => &self.document,
            "jobs" => &self.job,
            "webhook-events" => &self.webhook_event,
            "orders" => &self.order,
            "sessions" => &self.session,
            "payments" => &self.payment,
            "reviews" => &self.review,
            "tutors" => &self.tutor_id,
            other => panic!("there is none of {other} in the scene"),
        };
        operation.path.replace("{id}", id)
    }
}

/// The id of the first of a list.
async fn newest(admin: &Client, list: &str) -> String {
    id(&admin.get(list).await.expect(200)["items"][0])
}

/// A side, and those who have no part in it.
pub struct Scene {
    pub app: TestApp,
    side: Side,
    pub admin: Client,
    /// A student and a tutor.
    pub strangers: [Client; 2],
}

impl Deref for Scene {
    type Target = Side;

    fn deref(&self) -> &Side {
        &self.side
    }
}

impl Scene {
    pub async fn new() -> Self {
        let app = TestApp::with_stripe().await;
        Self {
            side: Side::new(&app).await,
            admin: app.admin().await,
            strangers: [app.student().await, app.tutor().await.0],
            app,
        }
    }

    /// Somebody who may ask for it here.
    pub fn caller(&self, operation: &Operation) -> Client {
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
    pub fn everybody(&self) -> [(&'static str, &Client); 3] {
        let [student, tutor] = &self.strangers;
        [
            ("student", student),
            ("tutor", tutor),
            ("admin", &self.admin),
        ]
    }

    /// The document's own example, in a time to come.
    pub fn body(&self, operation: &Operation) -> Option<Value> {
        example_of(&self.app, operation)
    }

    /// The request of the document's example, with this query.
    pub async fn ask(&self, client: &Client, operation: &Operation, query: &str) -> Answer {
        let path = format!("{}{query}", self.path(operation));
        let method = operation.method.clone();
        client.send(method, &path, self.body(operation)).await
    }
}

/// The document's own example of a body, in a time to come.
pub fn example_of(app: &TestApp, operation: &Operation) -> Option<Value> {
    let mut example = operation.body()?["example"].clone();
    if let Some(starts_at) = example.get_mut("starts_at") {
        *starts_at = json!(app.now() + TimeDelta::days(5));
    }
    Some(example)
}
