//! The student's choice among the bids.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_choice_books_one_bid_and_rejects_the_others() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let ((one, _), (other, _)) = (app.tutor().await, app.tutor().await);
    let chosen = app.bid(&one, &order, 150_000).await;
    let rejected = app.bid(&other, &order, 140_000).await;
    let answer = student.act(&format!("/applications/{chosen}/choose")).await;
    let booking = answer.expect(201);
    assert_eq!(booking["status"], "pending");
    assert_eq!(
        (&booking["order_id"], &booking["application_id"]),
        (&json!(order), &json!(chosen))
    );
    let location = format!("/api/v1/bookings/{}", booking["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(location.as_str()));
    for (path, status) in [
        (format!("/orders/{order}"), "in_progress"),
        (format!("/applications/{chosen}"), "chosen"),
        (format!("/applications/{rejected}"), "rejected"),
    ] {
        assert_eq!(
            student.get(&path).await.expect(200)["status"],
            status,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn the_fee_is_a_tenth_rounded_half_up_and_the_tutor_gets_the_rest() {
    let app = TestApp::new().await;
    let student = app.student().await;
    for (price, fee) in [
        (1, 0),
        (14, 1),
        (15, 2),
        (150_000, 15_000),
        (99_999_999, 10_000_000),
    ] {
        let order = app.order(&student).await;
        let (tutor, _) = app.tutor().await;
        let bid = app.bid(&tutor, &order, price).await;
        let booking = student.act(&format!("/applications/{bid}/choose")).await;
        let booking = booking.expect(201);
        assert_eq!(booking["total_amount"], price);
        assert_eq!(booking["platform_fee"], fee, "of {price}");
        assert_eq!(booking["tutor_amount"], price - fee, "of {price}");
        assert_eq!(booking["currency"], "RUB");
    }
}

#[actix_web::test]
async fn a_choice_may_leave_the_time_open_or_name_it() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (tutor, _) = app.tutor().await;
    let starts_at = app.now() + TimeDelta::days(2);
    for (time, starts, ends) in [
        (json!({}), Value::Null, Value::Null),
        (
            json!({ "starts_at": starts_at }),
            json!(starts_at),
            json!(starts_at + TimeDelta::minutes(60)),
        ),
        (
            json!({ "starts_at": starts_at + TimeDelta::hours(1), "duration_minutes": 90 }),
            json!(starts_at + TimeDelta::hours(1)),
            json!(starts_at + TimeDelta::minutes(150)),
        ),
    ] {
        let order = app.order(&student).await;
        let bid = app.bid(&tutor, &order, 150_000).await;
        let booking = student
            .post(&format!("/applications/{bid}/choose"), time)
            .await;
        let booking = booking.expect(201);
        assert_eq!(
            (&booking["starts_at"], &booking["ends_at"]),
            (&starts, &ends)
        );
    }
}

#[actix_web::test]
async fn a_wrong_time_is_refused_and_nothing_is_chosen() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let path = format!("/applications/{bid}/choose");
    let soon = app.now() + TimeDelta::hours(1);
    for (time, pointer) in [
        (json!({ "starts_at": app.now() }), "/starts_at"),
        (
            json!({ "starts_at": app.now() + TimeDelta::days(367) }),
            "/starts_at",
        ),
        (json!({ "starts_at": "tomorrow" }), "/starts_at"),
        (json!({ "duration_minutes": 60 }), "/starts_at"),
        (
            json!({ "starts_at": soon, "duration_minutes": 14 }),
            "/duration_minutes",
        ),
        (
            json!({ "starts_at": soon, "duration_minutes": 481 }),
            "/duration_minutes",
        ),
        (json!({ "total_amount": 1 }), "/total_amount"),
    ] {
        let answer = student.post(&path, time.clone()).await;
        assert_eq!(answer.wrong_fields(), [pointer], "{time}");
    }
    let order = student.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(order["status"], "open");
}

#[actix_web::test]
async fn only_the_owner_of_the_order_chooses() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let path = format!("/applications/{bid}/choose");
    let wrong = json!({ "duration_minutes": 0 });
    for (who, status, code) in [
        (app.anonymous(), 401, "unauthenticated"),
        (tutor.clone(), 403, "forbidden"),
        (app.student().await, 404, "not_found"),
    ] {
        who.post(&path, wrong.clone()).await.refused(status, code);
    }
    let bid = tutor.get(&format!("/applications/{bid}")).await.expect(200);
    assert_eq!(bid["status"], "submitted");
}

#[actix_web::test]
async fn a_second_choice_finds_the_order_in_progress() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let ((one, _), (other, _)) = (app.tutor().await, app.tutor().await);
    let first = app.bid(&one, &order, 150_000).await;
    let second = app.bid(&other, &order, 140_000).await;
    student
        .act(&format!("/applications/{first}/choose"))
        .await
        .expect(201);
    for bid in [first, second] {
        let answer = student.act(&format!("/applications/{bid}/choose")).await;
        let refused = answer.refused(409, "invalid_state");
        assert_eq!(refused["allowed"], json!(["cancel"]));
    }
}

#[actix_web::test]
async fn a_withdrawn_bid_cannot_be_chosen() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    tutor
        .delete(&format!("/applications/{bid}"))
        .await
        .expect(204);
    let answer = student.act(&format!("/applications/{bid}/choose")).await;
    let refused = answer.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["resubmit"]));
    let order = student.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(order["status"], "open");
}

#[actix_web::test]
async fn a_version_seen_too_early_is_said_before_the_state_of_the_order() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let path = format!("/applications/{bid}/choose");
    student.act(&path).await.expect(201);
    for (seen, status, code) in [
        ("\"1\"", 412, "precondition_failed"),
        ("\"2\"", 409, "invalid_state"),
    ] {
        let answer = student.with("if-match", seen).act(&path).await;
        answer.refused(status, code);
    }
}
