//! Reviewing a lesson.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{booking_at, path, pay};
use crate::support::TestApp;

#[actix_web::test]
async fn a_completed_lesson_is_reviewed_once() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let (student, booking) = app.completed_booking(&tutor).await;
    let review = format!("{}/review", path(&booking));
    let body = json!({ "rating": 5, "text": "Всё понятно." });
    let written = student.post(&review, body.clone()).await.expect(201);
    assert_eq!(
        (&written["rating"], &written["text"]),
        (&json!(5), &json!("Всё понятно."))
    );
    assert_eq!(written["author"], json!({ "first_name": "Анна" }));
    student
        .post(&review, body)
        .await
        .refused(409, "already_exists");
    let list = app
        .anonymous()
        .get(&format!("/tutors/{tutor_id}/reviews"))
        .await;
    assert_eq!(list.expect(200)["items"], json!([written]));
}

#[actix_web::test]
async fn a_lesson_is_not_reviewed_before_it_is_completed() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, pending) = app.booking(&tutor).await;
    let body = json!({ "rating": 5 });
    let review = format!("{}/review", path(&pending));
    student
        .post(&review, body.clone())
        .await
        .refused(409, "invalid_state");
    pay(&app, &student, &pending).await;
    student
        .post(&review, body)
        .await
        .refused(409, "invalid_state");
}

#[actix_web::test]
async fn a_wrong_review_is_refused_by_its_fields() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let review = format!("{}/review", path(&booking));
    for (body, pointer) in [
        (json!({ "rating": 0 }), "/rating"),
        (json!({ "rating": 6 }), "/rating"),
        (json!({ "rating": 4.5 }), "/rating"),
        (json!({ "rating": 5, "text": "я".repeat(2_001) }), "/text"),
    ] {
        assert_eq!(student.post(&review, body).await.wrong_fields(), [pointer]);
    }
}

#[actix_web::test]
async fn the_rating_on_a_tutors_card_is_the_mean_of_the_reviews() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let card = format!("/tutors/{tutor_id}");
    let shown = app.anonymous().get(&card).await.expect(200);
    assert_eq!(
        (&shown["rating"], &shown["rating_count"]),
        (&Value::Null, &json!(0))
    );
    let start = app.now() + TimeDelta::days(2);
    let mut lessons = Vec::new();
    for hours in 0..3 {
        let lesson = booking_at(&app, &tutor, start + TimeDelta::hours(hours)).await;
        pay(&app, &lesson.0, &lesson.1).await;
        lessons.push(lesson);
    }
    app.advance(TimeDelta::days(3));
    let tutor = app.again(&tutor).await;
    for ((student, booking), (rating, mean)) in lessons.iter().zip([(5, 5.0), (4, 4.5), (4, 4.33)])
    {
        let path = path(booking);
        tutor.act(&format!("{path}/complete")).await.expect(200);
        let student = app.again(student).await;
        let body = json!({ "rating": rating });
        student
            .post(&format!("{path}/review"), body)
            .await
            .expect(201);
        let shown = app.anonymous().get(&card).await.expect(200);
        assert_eq!(shown["rating"], json!(mean));
    }
    let shown = app.anonymous().get(&card).await.expect(200);
    assert_eq!(shown["rating_count"], 3);
}
