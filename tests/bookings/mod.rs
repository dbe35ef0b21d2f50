//! Bookings: read by their parties, moved, cancelled, completed, reviewed.

mod access;
mod cancel;
mod complete;
mod overtaken;
mod parallel;
mod reschedule;
mod review;
mod states;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

fn path(booking: &Value) -> String {
    format!("/bookings/{}", booking["id"].as_str().unwrap())
}

/// A pending booking of a new student with the tutor at a time of one's own.
async fn booking_at(app: &TestApp, tutor: &Client, starts_at: DateTime<Utc>) -> (Client, Value) {
    let student = app.student().await;
    let order = app.order(&student).await;
    let bid = app.bid(tutor, &order, 150_000).await;
    let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
    let answer = student
        .post(&format!("/applications/{bid}/choose"), body)
        .await;
    (student, answer.expect(201))
}

/// Pays a pending booking; needs a Stripe.
async fn pay(app: &TestApp, student: &Client, booking: &Value) {
    let body = json!({ "type": "booking", "booking_id": booking["id"] });
    let checkout = student.post("/payments/checkout", body).await.expect(201);
    app.pay(checkout["session_id"].as_str().unwrap()).await;
}
