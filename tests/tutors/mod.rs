//! Tutors: profiles, public cards, the search, reviews.

mod availability;
mod filters;
mod golden;
mod oracle;
mod paging;
mod parallel;
mod plans;
mod profile;
mod reviews;
mod search;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// Every order of the list.
const SORTS: [&str; 6] = [
    "relevance",
    "rating",
    "rate",
    "-rate",
    "experience",
    "newest",
];

/// The path of the list with these parameters.
fn listed_by(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/tutors?{query}")
}

fn ids(body: &Value) -> Vec<String> {
    let items = body["items"].as_array().unwrap();
    let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

/// The ids of the tutors that the list shows.
async fn found(app: &TestApp, parameters: &[(&str, &str)]) -> Vec<String> {
    let answer = app.anonymous().get(&listed_by(parameters)).await;
    ids(&answer.expect(200))
}

/// New students review these tutors, one after the other. Needs [`TestApp::with_stripe`].
async fn reviewed(app: &TestApp, ratings: &[(&Client, i64)]) -> Vec<Value> {
    let mut bookings = Vec::new();
    for (days, (tutor, rating)) in (2..).zip(ratings) {
        let starts_at = app.now() + TimeDelta::days(days);
        let (student, path) = paid_lesson(app, tutor, starts_at).await;
        bookings.push((tutor, student, path, *rating));
    }
    app.advance(TimeDelta::days(7));
    let mut reviews = Vec::new();
    for (tutor, student, path, rating) in bookings {
        let (tutor, student) = (app.again(tutor).await, app.again(&student).await);
        tutor.act(&format!("{path}/complete")).await.expect(200);
        let body = json!({ "rating": rating, "text": "Спасибо!" });
        let review = student.post(&format!("{path}/review"), body).await;
        reviews.push(review.expect(201));
        app.advance(TimeDelta::seconds(1));
    }
    reviews
}

/// A new student pays a lesson of the tutor's; the booking's path.
async fn paid_lesson(app: &TestApp, tutor: &Client, starts_at: DateTime<Utc>) -> (Client, String) {
    let student = app.student().await;
    let order = app.order(&student).await;
    let bid = app.bid(tutor, &order, 150_000).await;
    let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
    let path = format!("/applications/{bid}/choose");
    let booking = student.post(&path, body).await.expect(201);
    let id = booking["id"].clone();
    let body = json!({ "type": "booking", "booking_id": id });
    let checkout = student.post("/payments/checkout", body).await.expect(201);
    app.pay(checkout["session_id"].as_str().unwrap()).await;
    (student, format!("/bookings/{}", id.as_str().unwrap()))
}
