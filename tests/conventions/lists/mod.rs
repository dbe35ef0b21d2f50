//! Lists: what holds for every one that the OpenAPI document knows.

mod paging;
mod statements;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use services::jobs::Job;
use uuid::Uuid;

use crate::support::{Client, Operation, TestApp, id, operations};

/// A list in a market of its own, and somebody who reads it.
struct List {
    id: &'static str,
    app: TestApp,
    student: Client,
    tutor: Client,
    admin: Client,
    /// An order of the student's.
    order: String,
    path: String,
}

fn lists() -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(|operation| operation.is_list())
}

impl List {
    /// One without rows. A list that is new in the document wants a path here, and a row below.
    async fn new(id: &'static str) -> Self {
        let app = match id {
            "list_own_payments" | "list_own_payouts" | "list_reviews" => {
                TestApp::with_stripe().await
            }
            _ => TestApp::new().await,
        };
        let student = app.student().await;
        let (tutor, tutor_id) = match id {
            "list_tutors" | "admin_list_tutors" => (app.newcomer().await, String::new()),
            _ => app.tutor().await,
        };
        let order = match id {
            "list_applications" => app.order(&student).await,
            _ => String::new(),
        };
        let path = match id {
            "list_tutors" => "/tutors".into(),
            "list_reviews" => format!("/tutors/{tutor_id}/reviews"),
            "list_orders" => "/orders".into(),
            "list_own_orders" => "/me/orders".into(),
            "list_applications" => format!("/orders/{order}/applications"),
            "list_own_applications" => "/me/applications".into(),
            "list_own_bookings" => "/me/bookings".into(),
            "list_own_payments" => "/me/payments".into(),
            "list_own_payouts" => "/me/payouts".into(),
            "admin_list_tutors" => "/admin/tutors".into(),
            "admin_list_webhook_events" => "/admin/webhook-events".into(),
            "admin_list_jobs" => "/admin/jobs".into(),
            // Everybody who is there has left a trail of their own.
            "admin_list_audit_events" => "/admin/audit?action=tutor.verified".into(),
            "list_own_sessions" => "/me/sessions".into(),
            other => panic!("no test reads the list {other}"),
        };
        if id == "list_own_sessions" {
            // The one that reads is no row of the list: nobody could go on with it.
            let sql = "UPDATE sessions SET last_used_at = '2000-01-01T00:00:00+00:00'";
            persistence::execute_for_tests(app.db(), sql).await.unwrap();
        }
        Self {
            id,
            admin: app.admin().await,
            app,
            student,
            tutor,
            order,
            path,
        }
    }

    async fn with_rows(id: &'static str, count: usize) -> Self {
        let list = Self::new(id).await;
        for _ in 0..count {
            list.add().await;
        }
        list
    }

    /// One row more, of the present time.
    async fn add(&self) {
        let app = &self.app;
        match self.id {
            "list_tutors" | "admin_list_tutors" => {
                app.tutor().await;
            }
            "admin_list_webhook_events" => self.add_event().await,
            "admin_list_jobs" => {
                let order_id = Uuid::now_v7();
                app.enqueue(&Job::MatchOrder { order_id }).await;
            }
            "admin_list_audit_events" => {
                let (_, tutor_id) = app.tutor().await;
                app.verify(&tutor_id).await;
            }
            "list_reviews" => self.add_review().await,
            "list_orders" | "list_own_orders" => {
                app.order(&self.student).await;
            }
            "list_applications" => {
                let (tutor, _) = app.tutor().await;
                app.bid(&tutor, &self.order, 150_000).await;
            }
            "list_own_applications" => {
                self.add_bid().await;
            }
            "list_own_bookings" => {
                self.add_booking(json!({})).await;
            }
            "list_own_sessions" => {
                app.again(&self.student).await;
            }
            "list_own_payouts" => {
                self.add_lesson().await;
            }
            "list_own_payments" => {
                let booking = self.add_booking(json!({})).await;
                let body = json!({ "type": "booking", "booking_id": booking["id"] });
                let answer = self.student.post("/payments/checkout", body).await;
                answer.expect(201);
            }
            other => panic!("no test fills the list {other}"),
        }
    }

    async fn add_bid(&self) -> String {
        let order = self.app.order(&self.student).await;
        self.app.bid(&self.tutor, &order, 150_000).await
    }

    async fn add_booking(&self, time: Value) -> Value {
        let path = format!("/applications/{}/choose", self.add_bid().await);
        self.student.post(&path, time).await.expect(201)
    }

    /// Of a type that nothing follows from.
    async fn add_event(&self) {
        let event = json!({
            "id": format!("evt_{}", Uuid::now_v7().simple()), "object": "event",
            "type": "account.updated", "livemode": false,
            "created": self.app.now().timestamp(), "api_version": "2025-03-31.basil",
            "data": { "object": { "id": "acct_1", "object": "account" } },
        });
        assert_eq!(self.app.outcome(&event).await, "ignored");
    }

    async fn add_review(&self) {
        let path = format!("/bookings/{}/review", id(&self.add_lesson().await));
        let student = self.app.again(&self.student).await;
        let review = json!({ "rating": 5, "text": "Спасибо!" });
        student.post(&path, review).await.expect(201);
    }

    /// A lesson that is over: there and back again, so that rows can be of one time.
    async fn add_lesson(&self) -> Value {
        let app = &self.app;
        let there = TimeDelta::days(3);
        let body = self.tutor.get(&self.path).await.expect(200);
        let known = i64::try_from(body["items"].as_array().unwrap().len()).unwrap();
        let starts_at = app.now() + TimeDelta::days(1) + TimeDelta::hours(known);
        let time = json!({ "starts_at": starts_at, "duration_minutes": 60 });
        let booking = self.add_booking(time).await;
        let body = json!({ "type": "booking", "booking_id": booking["id"] });
        let checkout = self.student.post("/payments/checkout", body).await;
        let session = checkout.expect(201)["session_id"].clone();
        app.pay(session.as_str().unwrap()).await;
        app.advance(there);
        let tutor = app.again(&self.tutor).await;
        let path = format!("/bookings/{}/complete", id(&booking));
        tutor.act(&path).await.expect(200);
        app.advance(-there);
        booking
    }

    fn reader(&self) -> &Client {
        match self.id {
            "list_orders" | "list_own_applications" | "list_own_payouts" => &self.tutor,
            id if id.starts_with("admin_") => &self.admin,
            _ => &self.student,
        }
    }

    /// The list's path with a query of more.
    fn at(&self, query: &str) -> String {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{mark}{query}", self.path)
    }

    async fn page(&self, query: &str) -> Value {
        self.reader().get(&self.at(query)).await.expect(200)
    }
}

/// What a page shows, and where it was made.
fn rows(page: &Value) -> Vec<(DateTime<Utc>, String)> {
    let items = page["items"].as_array().unwrap();
    let time = |item: &Value| {
        // An event is older than its delivery, and has its time from elsewhere.
        let times = ["received_at", "at", "created_at"].map(|name| item[name].as_str());
        times.into_iter().flatten().next().unwrap().parse().unwrap()
    };
    let key = |item: &Value| (time(item), id(item));
    items.iter().map(key).collect()
}

/// The cursor of the next page.
fn cursor(page: &Value) -> String {
    page["next_cursor"].as_str().unwrap().to_owned()
}
