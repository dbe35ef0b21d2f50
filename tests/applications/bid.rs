//! Sending, changing and withdrawing a bid.

use serde_json::json;

use crate::support::{TestApp, id};

#[actix_web::test]
async fn a_bid_is_submitted_and_stands_at_its_location() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let (tutor, tutor_id) = app.tutor().await;
    let path = format!("/orders/{order}/applications");
    let body = json!({ "price": 150_000, "message": " Готова начать. " });
    let answer = tutor.post(&path, body).await;
    let bid = answer.expect(201);
    assert_eq!(bid["status"], "submitted");
    assert_eq!(
        (&bid["price"], &bid["currency"]),
        (&json!(150_000), &json!("RUB"))
    );
    assert_eq!(bid["message"], "Готова начать.");
    assert_eq!(
        (&bid["order_id"], &bid["tutor_id"]),
        (&json!(order), &json!(tutor_id))
    );
    assert_eq!(bid["tutor"]["id"], json!(tutor_id));
    let location = format!("/api/v1/applications/{}", id(&bid));
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let read = tutor.get(&format!("/applications/{}", id(&bid))).await;
    assert_eq!(read.expect(200), bid);
}

#[actix_web::test]
async fn a_wrong_bid_is_refused_with_all_its_fields() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let (tutor, _) = app.tutor().await;
    let path = format!("/orders/{order}/applications");
    let body = json!({ "price": 0, "message": "" });
    assert_eq!(
        tutor.post(&path, body).await.wrong_fields(),
        ["/price", "/message"]
    );
    let body = json!({ "price": 100_000_000, "message": "я".repeat(2_001) });
    assert_eq!(
        tutor.post(&path, body).await.wrong_fields(),
        ["/price", "/message"]
    );
    let body = json!({ "price": 1, "message": "Готова.", "status": "chosen" });
    assert_eq!(tutor.post(&path, body).await.wrong_fields(), ["/status"]);
}

#[actix_web::test]
async fn a_tutor_without_a_profile_may_not_bid_whatever_they_send() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let newcomer = app.newcomer().await;
    let path = format!("/orders/{order}/applications");
    for body in [
        json!({ "price": 1, "message": "Готова." }),
        json!({ "price": 0 }),
    ] {
        newcomer.post(&path, body).await.refused(403, "forbidden");
    }
}

#[actix_web::test]
async fn only_tutors_bid() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}/applications", app.order(&student).await);
    let body = json!({ "price": 150_000, "message": "Готова." });
    let answer = student.post(&path, body.clone()).await;
    answer.refused(403, "forbidden");
    let answer = app.anonymous().post(&path, body).await;
    answer.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn an_order_that_does_not_exist_takes_no_bid() {
    let app = TestApp::new().await;
    let (tutor, tutor_id) = app.tutor().await;
    for order in [tutor_id.as_str(), "not-an-id"] {
        let path = format!("/orders/{order}/applications");
        tutor
            .post(&path, json!({ "price": 0 }))
            .await
            .refused(404, "not_found");
    }
}

#[actix_web::test]
async fn a_second_bid_of_a_tutor_exists_already() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let path = format!("/orders/{order}/applications");
    let body = json!({ "price": 1, "message": "Дешевле." });
    tutor.post(&path, body).await.refused(409, "already_exists");
    let standing = tutor.get(&format!("/applications/{bid}")).await.expect(200);
    assert_eq!(standing["price"], 150_000);
}

#[actix_web::test]
async fn a_withdrawn_bid_may_be_sent_again() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let (tutor, _) = app.tutor().await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let path = format!("/applications/{bid}");
    assert_eq!(tutor.delete(&path).await.expect(204), json!(null));
    let withdrawn = tutor.get(&path).await.expect(200);
    assert_eq!(withdrawn["status"], "withdrawn");
    let refused = tutor.delete(&path).await.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["resubmit"]));
    assert_eq!(app.bid(&tutor, &order, 140_000).await, bid);
    let again = tutor.get(&path).await.expect(200);
    assert_eq!(
        (&again["status"], &again["price"]),
        (&json!("submitted"), &json!(140_000))
    );
}

#[actix_web::test]
async fn an_order_in_progress_takes_no_bids() {
    let app = TestApp::new().await;
    let (chosen, _) = app.tutor().await;
    let (_, booking) = app.booking(&chosen).await;
    let (late, _) = app.tutor().await;
    let order = booking["order_id"].as_str().unwrap();
    let body = json!({ "price": 150_000, "message": "Готова." });
    let answer = late
        .post(&format!("/orders/{order}/applications"), body)
        .await;
    let refused = answer.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!(["cancel"]));
}

#[actix_web::test]
async fn a_bid_is_changed_with_the_version_that_was_seen() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let (tutor, _) = app.tutor().await;
    let path = format!("/applications/{}", app.bid(&tutor, &order, 150_000).await);
    let change = json!({ "price": 140_000 });
    let answer = tutor.patch(&path, json!({ "price": 0 })).await;
    assert_eq!(answer.wrong_fields(), ["/price"]);
    let answer = tutor.patch(&path, change.clone()).await;
    answer.refused(428, "precondition_required");
    let etag = tutor.get(&path).await.header("etag").unwrap().to_owned();
    let seen = tutor.with("if-match", &etag);
    let answer = seen.patch(&path, change.clone()).await;
    let changed = answer.expect(200);
    assert_eq!(changed["price"], 140_000);
    assert_eq!(changed["message"], "Готова начать.");
    assert_ne!(answer.header("etag"), Some(etag.as_str()));
    let answer = seen.patch(&path, change).await;
    answer.refused(412, "precondition_failed");
}

#[actix_web::test]
async fn a_bid_is_neither_changed_nor_withdrawn_after_the_choice() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (_, booking) = app.booking(&tutor).await;
    let path = format!(
        "/applications/{}",
        booking["application_id"].as_str().unwrap()
    );
    let seen = tutor.with("if-match", "*");
    let change = seen.patch(&path, json!({ "price": 1 })).await;
    for answer in [change, tutor.delete(&path).await] {
        answer.refused(409, "invalid_state");
    }
}
