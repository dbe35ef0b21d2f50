//! A tutor is booked once at a time.

use chrono::{DateTime, TimeDelta, Utc};
use persistence::integer_for_tests;
use serde_json::json;

use crate::support::{Answer, Client, TestApp};

/// A bid of the tutor on an order of a new student, and the choice of it.
struct Choice {
    student: Client,
    order: String,
    bid: String,
}

impl Choice {
    async fn new(app: &TestApp, tutor: &Client) -> Self {
        let student = app.student().await;
        let order = app.order(&student).await;
        let bid = app.bid(tutor, &order, 150_000).await;
        Self {
            student,
            order,
            bid,
        }
    }

    async fn at(&self, starts_at: DateTime<Utc>) -> Answer {
        let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
        let path = format!("/applications/{}/choose", self.bid);
        self.student.post(&path, body).await
    }

    async fn assert_nothing_changed(&self) {
        let order = self.student.get(&format!("/orders/{}", self.order)).await;
        assert_eq!(order.expect(200)["status"], "open");
        let bid = self
            .student
            .get(&format!("/applications/{}", self.bid))
            .await;
        assert_eq!(bid.expect(200)["status"], "submitted");
    }
}

#[actix_web::test]
async fn a_slot_that_overlaps_a_booked_one_cannot_be_booked() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    app.booking(&tutor).await;
    let booked = app.now() + TimeDelta::days(2);
    let choice = Choice::new(&app, &tutor).await;
    for minutes in [-59, 0, 30, 59] {
        let answer = choice.at(booked + TimeDelta::minutes(minutes)).await;
        answer.refused(409, "conflict");
    }
    choice.assert_nothing_changed().await;
    let count = integer_for_tests(app.db(), "SELECT count(*) FROM bookings").await;
    assert_eq!(count.unwrap(), 1);
}

#[actix_web::test]
async fn to_ask_for_a_taken_slot_again_is_not_advised() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    app.booking(&tutor).await;
    let choice = Choice::new(&app, &tutor).await;
    let answer = choice.at(app.now() + TimeDelta::days(2)).await;
    answer.refused(409, "conflict");
    assert_eq!(answer.header("retry-after"), None);
}

#[actix_web::test]
async fn lessons_may_follow_each_other_without_a_gap() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    app.booking(&tutor).await;
    let booked = app.now() + TimeDelta::days(2);
    for minutes in [-60, 60] {
        let choice = Choice::new(&app, &tutor).await;
        choice
            .at(booked + TimeDelta::minutes(minutes))
            .await
            .expect(201);
    }
}

#[actix_web::test]
async fn the_slot_of_an_overdue_pending_booking_is_free_again() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let slot = app.now() + TimeDelta::days(2);
    app.advance(TimeDelta::hours(24));
    let choice = Choice::new(&app, &app.again(&tutor).await).await;
    choice.at(slot).await.expect(201);
    let student = app.again(&student).await;
    let path = format!("/bookings/{}", booking["id"].as_str().unwrap());
    assert_eq!(student.get(&path).await.expect(200)["status"], "expired");
    let path = format!("/orders/{}", booking["order_id"].as_str().unwrap());
    assert_eq!(student.get(&path).await.expect(200)["status"], "open");
}
