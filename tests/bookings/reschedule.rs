//! Moving a lesson.

use chrono::TimeDelta;
use serde_json::json;

use super::{booking_at, path};
use crate::support::TestApp;

#[actix_web::test]
async fn a_lesson_is_moved_with_the_version_that_was_seen() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let starts_at = app.now() + TimeDelta::days(4);
    let body = json!({ "starts_at": starts_at, "duration_minutes": 90 });
    let answer = student.patch(&path(&booking), body.clone()).await;
    answer.refused(428, "precondition_required");
    let seen = student.with("if-match", "\"1\"");
    let answer = seen.patch(&path(&booking), body.clone()).await;
    let moved = answer.expect(200);
    assert_eq!(moved["starts_at"], json!(starts_at));
    assert_eq!(moved["ends_at"], json!(starts_at + TimeDelta::minutes(90)));
    assert_eq!(moved["status"], "pending");
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let answer = seen.patch(&path(&booking), body).await;
    answer.refused(412, "precondition_failed");
}

#[actix_web::test]
async fn a_wrong_time_is_named_before_the_version_is_looked_at() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let soon = app.now() + TimeDelta::days(1);
    for (body, pointer) in [
        (
            json!({ "starts_at": app.now(), "duration_minutes": 60 }),
            "/starts_at",
        ),
        (
            json!({ "starts_at": soon, "duration_minutes": 14 }),
            "/duration_minutes",
        ),
        (json!({ "starts_at": soon }), "/duration_minutes"),
        (json!({ "duration_minutes": 60 }), "/starts_at"),
    ] {
        let answer = student.patch(&path(&booking), body).await;
        assert_eq!(answer.wrong_fields(), [pointer]);
    }
}

#[actix_web::test]
async fn a_lesson_is_not_moved_within_twelve_hours_of_its_start() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let starts_at = app.now() + TimeDelta::hours(12) + TimeDelta::minutes(5);
    let (student, booking) = booking_at(&app, &tutor, starts_at).await;
    let seen = student.with("if-match", "*");
    let later = json!({ "starts_at": starts_at + TimeDelta::minutes(1), "duration_minutes": 60 });
    app.advance(TimeDelta::seconds(299));
    seen.patch(&path(&booking), later.clone()).await.expect(200);
    app.advance(TimeDelta::seconds(61));
    let answer = seen.patch(&path(&booking), later).await;
    let refused = answer.refused(409, "invalid_state");
    let allowed = refused["allowed"].as_array().unwrap();
    assert!(!allowed.contains(&json!("reschedule")), "{allowed:?}");
}

#[actix_web::test]
async fn a_paid_lesson_may_be_moved_too_and_stays_paid() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let body = json!({ "starts_at": app.now() + TimeDelta::days(4), "duration_minutes": 60 });
    let seen = student.with("if-match", "*");
    let moved = seen.patch(&path(&booking), body).await.expect(200);
    assert_eq!(moved["status"], "confirmed");
}

#[actix_web::test]
async fn a_lesson_is_not_moved_onto_another_of_its_tutor() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    app.booking(&tutor).await;
    let slot = app.now() + TimeDelta::days(2);
    let (student, booking) = booking_at(&app, &tutor, slot + TimeDelta::hours(1)).await;
    let body = json!({ "starts_at": slot + TimeDelta::minutes(30), "duration_minutes": 60 });
    let seen = student.with("if-match", "*");
    let answer = seen.patch(&path(&booking), body).await;
    answer.refused(409, "conflict");
    assert_eq!(student.get(&path(&booking)).await.expect(200), booking);
}

#[actix_web::test]
async fn a_lesson_may_be_moved_to_the_slot_of_an_overdue_pending_one() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    app.booking(&tutor).await;
    let slot = app.now() + TimeDelta::days(2);
    app.advance(TimeDelta::hours(12));
    let tutor = app.again(&tutor).await;
    let (student, booking) = booking_at(&app, &tutor, slot + TimeDelta::days(1)).await;
    app.advance(TimeDelta::hours(12));
    let student = app.again(&student).await;
    let body = json!({ "starts_at": slot, "duration_minutes": 60 });
    let seen = student.with("if-match", "*");
    seen.patch(&path(&booking), body).await.expect(200);
}

#[actix_web::test]
async fn a_lesson_moved_to_a_later_day_may_be_paid_for_a_whole_day() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let starts_at = app.now() + TimeDelta::hours(14);
    let (student, booking) = booking_at(&app, &tutor, starts_at).await;
    assert_eq!(booking["pending_until"], json!(starts_at));
    let body = json!({ "starts_at": app.now() + TimeDelta::days(4), "duration_minutes": 60 });
    let seen = student.with("if-match", "*");
    let moved = seen.patch(&path(&booking), body).await.expect(200);
    assert_eq!(
        moved["pending_until"],
        json!(app.now() + TimeDelta::hours(24))
    );
}

#[actix_web::test]
async fn a_cancelled_lesson_is_not_moved() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    student
        .act(&format!("{}/cancel", path(&booking)))
        .await
        .expect(200);
    let body = json!({ "starts_at": app.now() + TimeDelta::days(4), "duration_minutes": 60 });
    let seen = student.with("if-match", "*");
    let answer = seen.patch(&path(&booking), body).await;
    answer.refused(409, "invalid_state");
}
