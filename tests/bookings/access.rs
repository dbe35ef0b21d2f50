//! Who may do what with a booking.

use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::json;

use super::path;
use crate::support::{TestApp, id};

#[actix_web::test]
async fn a_booking_exists_only_for_its_parties() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let path = path(&booking);
    for party in [&student, &tutor] {
        assert_eq!(party.get(&path).await.expect(200), booking);
    }
    for (stranger, status, code) in [
        (app.student().await, 404, "not_found"),
        (app.tutor().await.0, 404, "not_found"),
        (app.newcomer().await, 404, "not_found"),
        (app.admin().await, 403, "forbidden"),
        (app.anonymous(), 401, "unauthenticated"),
    ] {
        stranger.get(&path).await.refused(status, code);
        let cancel = stranger.act(&format!("{path}/cancel")).await;
        cancel.refused(status, code);
    }
    assert_eq!(student.get(&path).await.expect(200)["status"], "pending");
}

#[actix_web::test]
async fn what_one_party_alone_may_do_is_forbidden_to_the_other() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let path = path(&booking);
    let complete = student.act(&format!("{path}/complete")).await;
    complete.refused(403, "forbidden");
    tutor
        .patch(&path, json!({}))
        .await
        .refused(403, "forbidden");
    let review = tutor.post(&format!("{path}/review"), json!({})).await;
    review.refused(403, "forbidden");
}

#[actix_web::test]
async fn what_a_party_may_do_does_not_exist_for_strangers_of_the_same_role() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (_, booking) = app.booking(&tutor).await;
    let path = path(&booking);
    let (student, (other, _)) = (app.student().await, app.tutor().await);
    student
        .patch(&path, json!({}))
        .await
        .refused(404, "not_found");
    let review = student.post(&format!("{path}/review"), json!({})).await;
    review.refused(404, "not_found");
    let complete = other.act(&format!("{path}/complete")).await;
    complete.refused(404, "not_found");
}

#[actix_web::test]
async fn both_parties_list_a_booking_and_nobody_else_does() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    for party in [&student, &tutor] {
        let list = party.get("/me/bookings").await.expect(200);
        assert_eq!(list["items"], json!([booking]));
    }
    for stranger in [
        app.student().await,
        app.tutor().await.0,
        app.newcomer().await,
    ] {
        let list = stranger.get("/me/bookings").await.expect(200);
        assert_eq!(list["items"], json!([]));
    }
}

#[actix_web::test]
async fn no_call_makes_a_booking_confirmed() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let path = path(&booking);
    let status = json!({
        "status": "confirmed", "starts_at": app.now() + TimeDelta::days(3), "duration_minutes": 60,
    });
    for who in [&student, &tutor] {
        let who = who.with("if-match", "*");
        for method in [Method::PATCH, Method::PUT, Method::POST] {
            let answer = who.send(method, &path, Some(status.clone())).await;
            assert!(answer.status >= 400, "{}", answer.text);
        }
        for action in ["complete", "confirm", "pay", "dispute"] {
            let answer = who.act(&format!("{path}/{action}")).await;
            assert!(answer.status >= 400, "{action}: {}", answer.text);
        }
        let order = format!("/orders/{}", booking["order_id"].as_str().unwrap());
        let bid = format!(
            "/applications/{}",
            booking["application_id"].as_str().unwrap()
        );
        for path in [order, bid] {
            let answer = who.patch(&path, json!({ "status": "confirmed" })).await;
            assert!(answer.status >= 400, "{path}: {}", answer.text);
        }
        assert_eq!(who.get(&path).await.expect(200), booking);
    }
}

#[actix_web::test]
async fn a_booking_starts_out_with_all_that_it_froze() {
    let app = TestApp::new().await;
    let (tutor, tutor_id) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    assert_eq!(booking["student_id"], json!(student.user_id));
    assert_eq!(booking["tutor_id"], json!(tutor_id));
    assert_eq!(booking["time_zone"], "Europe/Moscow");
    assert_eq!(
        booking["pending_until"],
        json!(app.now() + TimeDelta::hours(24))
    );
    let etag = student.get(&format!("/bookings/{}", id(&booking))).await;
    assert_eq!(etag.header("etag"), Some("\"1\""));
}
