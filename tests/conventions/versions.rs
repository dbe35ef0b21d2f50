//! Versions: `ETag`, `If-Match` and `If-None-Match`.

use serde_json::json;

use crate::support::{Answer, TestApp};

fn etag(answer: &Answer) -> &str {
    answer.header("etag").unwrap()
}

#[actix_web::test]
async fn a_change_needs_the_version_that_was_read() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let body = json!({ "title": "ОГЭ по математике" });
    let answer = student.patch(&path, body.clone()).await;
    answer.refused(428, "precondition_required");
    let read = student.get(&path).await;
    let client = student.with("if-match", etag(&read));
    let changed = client.patch(&path, body).await;
    assert_eq!(changed.expect(200)["title"], "ОГЭ по математике");
    assert_ne!(etag(&changed), etag(&read));
    assert_eq!(etag(&student.get(&path).await), etag(&changed));
}

#[actix_web::test]
async fn a_change_of_what_somebody_else_has_changed_is_refused() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let read = student.get(&path).await;
    let client = student.with("if-match", etag(&read));
    let answer = client.patch(&path, json!({ "title": "ОГЭ" })).await;
    answer.expect(200);
    let answer = client.patch(&path, json!({ "title": "ЕГЭ" })).await;
    answer.refused(412, "precondition_failed");
    let order = student.get(&path).await.expect(200);
    assert_eq!(order["title"], "ОГЭ");
}

#[actix_web::test]
async fn tags_may_come_in_several_lines() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let read = student.get(&path).await;
    let client = student
        .with("if-match", "\"77\"")
        .with("if-match", etag(&read));
    client
        .patch(&path, json!({ "title": "ОГЭ" }))
        .await
        .expect(200);
}

#[actix_web::test]
async fn a_public_card_has_the_tag_of_what_it_shows() {
    let app = TestApp::new().await;
    let (tutor, id) = app.tutor().await;
    let path = format!("/tutors/{id}");
    let first = app.anonymous().get(&path).await;
    let client = app.anonymous().with("if-none-match", etag(&first));
    client.get(&path).await.expect(304);
    let body = json!({ "first_name": "Мария" });
    tutor.patch("/me", body).await.expect(200);
    let second = client.get(&path).await;
    assert_eq!(second.expect(200)["first_name"], "Мария");
    assert_ne!(etag(&second), etag(&first));
}

#[actix_web::test]
async fn a_bid_that_was_changed_meanwhile_is_not_chosen_by_its_old_version() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let path = format!("/applications/{}", app.bid(&tutor, &order, 150_000).await);
    let seen = student.get(&path).await.header("etag").unwrap().to_owned();
    let raise = json!({ "price": 99_999_999 });
    let tutor = tutor.with("if-match", &seen);
    tutor.patch(&path, raise).await.expect(200);
    let choose = format!("{path}/choose");
    let answer = student.with("if-match", &seen).act(&choose).await;
    answer.refused(412, "precondition_failed");
    student.act(&choose).await.expect(201);
}
