//! Reviews as everybody reads them, and the tutor's answer.

use serde_json::{Value, json};

use super::reviewed;
use crate::support::TestApp;

fn fields(body: &Value) -> Vec<&String> {
    let mut fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    fields.sort();
    fields
}

#[actix_web::test]
async fn everybody_reads_the_reviews_newest_first() {
    let app = TestApp::with_stripe().await;
    let (tutor, id) = app.tutor().await;
    let reviews = reviewed(&app, &[(&tutor, 4), (&tutor, 5)]).await;
    let path = format!("/tutors/{id}/reviews");
    let body = app.anonymous().get(&path).await.expect(200);
    assert_eq!(body["items"], json!([reviews[1], reviews[0]]));
    assert_eq!(body["next_cursor"], Value::Null);
    let card = app.anonymous().get(&format!("/tutors/{id}")).await.json();
    assert_eq!(card["rating"], 4.5);
    assert_eq!(card["rating_count"], 2);
}

#[actix_web::test]
async fn a_review_shows_no_more_of_its_author_than_the_first_name() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let review = reviewed(&app, &[(&tutor, 5)]).await.remove(0);
    let expected = ["author", "created_at", "id", "rating", "reply", "text"];
    assert_eq!(fields(&review), expected);
    assert_eq!(review["author"], json!({ "first_name": "Анна" }));
}

#[actix_web::test]
async fn a_review_is_answered_once_and_only_by_its_tutor() {
    let app = TestApp::with_stripe().await;
    let (tutor, id) = app.tutor().await;
    let review = reviewed(&app, &[(&tutor, 5)]).await.remove(0);
    let path = format!("/reviews/{}/reply", review["id"].as_str().unwrap());
    let body = json!({ "text": "Удачи на экзамене!" });
    let (foreign, _) = app.tutor().await;
    let answer = foreign.post(&path, body.clone()).await;
    answer.refused(404, "not_found");
    let answer = app.student().await.post(&path, body.clone()).await;
    answer.refused(403, "forbidden");
    let tutor = app.again(&tutor).await;
    let answer = tutor.post(&path, json!({ "text": " " })).await;
    assert_eq!(answer.wrong_fields(), ["/text"]);
    let answered = tutor.post(&path, body.clone()).await.expect(201);
    assert_eq!(answered["reply"], "Удачи на экзамене!");
    let answer = tutor.post(&path, body).await;
    answer.refused(409, "already_exists");
    let list = app.anonymous().get(&format!("/tutors/{id}/reviews")).await;
    assert_eq!(list.json()["items"], json!([answered]));
}
