//! Of several reasons to refuse a request the same one is always given: who is calling, their
//! role, the thing, the form of the body, its fields, the version, the state.

use actix_web::http::Method;
use serde_json::json;

use crate::support::{Answer, Client, TestApp};

const UNKNOWN: &str = "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c";

/// A body that isn't JSON.
async fn garbled(client: &Client, method: Method, path: &str) -> Answer {
    client
        .send_raw(method, path, "application/json", b"{")
        .await
}

#[actix_web::test]
async fn a_bid_is_refused_in_the_order_of_the_contract() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (tutor, _) = app.tutor().await;
    let order = app.order(&student).await;
    let (foreign, path) = (
        format!("/orders/{UNKNOWN}/applications"),
        format!("/orders/{order}/applications"),
    );
    let post = || Method::POST;
    let answer = garbled(&app.anonymous(), post(), &foreign).await;
    answer.refused(401, "unauthenticated");
    let answer = garbled(&student, post(), &foreign).await;
    answer.refused(403, "forbidden");
    let answer = garbled(&tutor, post(), &foreign).await;
    answer.refused(404, "not_found");
    let answer = garbled(&tutor, post(), &path).await;
    answer.refused(400, "malformed_request");
    let answer = tutor.send_raw(post(), &path, "text/plain", b"{").await;
    answer.refused(415, "unsupported_media_type");
    let answer = tutor.post(&path, json!({ "price": 0 })).await;
    answer.refused(422, "validation_failed");
    student
        .act(&format!("/orders/{order}/cancel"))
        .await
        .expect(200);
    let answer = tutor
        .post(&path, json!({ "price": 0, "message": "" }))
        .await;
    answer.refused(422, "validation_failed");
    let body = json!({ "price": 100_000, "message": "Готова начать." });
    let answer = tutor.post(&path, body).await;
    answer.refused(409, "invalid_state");
}

#[actix_web::test]
async fn a_change_of_an_order_is_refused_in_the_order_of_the_contract() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    student.act(&format!("{path}/cancel")).await.expect(200);
    let (bad, fine) = (json!({ "title": "" }), json!({ "title": "ОГЭ" }));
    let stale = student.with("if-match", "\"1\"");
    let answer = garbled(&student, Method::PATCH, &path).await;
    answer.refused(400, "malformed_request");
    for body in [bad, json!({ "subject": "magiya" }), json!({ "id": "7" })] {
        let answer = stale.patch(&path, body.clone()).await;
        answer.refused(422, "validation_failed");
        let answer = student.patch(&path, body).await;
        answer.refused(422, "validation_failed");
    }
    let answer = student.patch(&path, fine.clone()).await;
    answer.refused(428, "precondition_required");
    let answer = stale.patch(&path, fine.clone()).await;
    answer.refused(412, "precondition_failed");
    let seen = student.get(&path).await;
    let current = student.with("if-match", seen.header("etag").unwrap());
    let answer = current.patch(&path, fine).await;
    answer.refused(409, "invalid_state");
}

#[actix_web::test]
async fn a_change_of_a_profile_is_refused_in_the_order_of_the_contract() {
    let app = TestApp::new().await;
    let path = "/me/tutor-profile";
    let answer = garbled(&app.student().await, Method::PATCH, path).await;
    answer.refused(403, "forbidden");
    let answer = garbled(&app.newcomer().await, Method::PATCH, path).await;
    answer.refused(404, "not_found");
    let (tutor, _) = app.tutor().await;
    let answer = garbled(&tutor, Method::PATCH, path).await;
    answer.refused(400, "malformed_request");
    let answer = tutor.patch(path, json!({ "subjects": ["magiya"] })).await;
    assert_eq!(answer.wrong_fields(), ["/subjects/0"]);
    let answer = tutor.patch(path, json!({ "bio": "Физик." })).await;
    answer.refused(428, "precondition_required");
}
