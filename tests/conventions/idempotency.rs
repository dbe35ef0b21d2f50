//! Idempotency keys: what was asked for twice is done once.

use chrono::TimeDelta;
use persistence::{StoreError, idempotency, write};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Client, TestApp, order_body};

async fn count_orders(student: &Client) -> usize {
    let body = student.get("/me/orders").await.expect(200);
    body["items"].as_array().unwrap().len()
}

#[actix_web::test]
async fn a_key_of_another_path_is_refused() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (one, two) = (app.order(&student).await, app.order(&student).await);
    let client = student.with("idempotency-key", "cancel");
    let answer = client.act(&format!("/orders/{one}/cancel")).await;
    answer.expect(200);
    let answer = client.act(&format!("/orders/{two}/cancel")).await;
    answer.refused(422, "idempotency_mismatch");
}

#[actix_web::test]
async fn an_error_leaves_no_key() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let client = student.with("idempotency-key", "order-1");
    let mut unknown = order_body();
    unknown["subject"] = json!("magiya");
    let answer = client.post("/orders", unknown).await;
    assert_eq!(answer.wrong_fields(), ["/subject"]);
    let answer = client.post("/orders", order_body()).await;
    answer.expect(201);
    assert_eq!(answer.header("idempotency-replayed"), None);
}

#[actix_web::test]
async fn keys_belong_to_their_user() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for title in ["Первое", "Второе"] {
        let student = app.student().await.with("idempotency-key", "order-1");
        let mut order = order_body();
        order["title"] = json!(title);
        let answer = student.post("/orders", order).await;
        ids.push(answer.expect(201)["id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}

#[actix_web::test]
async fn without_a_key_or_under_another_one_it_is_done_again() {
    let app = TestApp::new().await;
    let student = app.student().await;
    for client in [
        student.clone(),
        student.clone(),
        student.with("idempotency-key", "order-1"),
        student.with("idempotency-key", "order-2"),
    ] {
        client.post("/orders", order_body()).await.expect(201);
    }
    assert_eq!(count_orders(&student).await, 4);
}

#[actix_web::test]
async fn an_answer_is_kept_for_a_day() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let post = async |app: &TestApp| {
        let client = app.again(&student).await.with("idempotency-key", "order-1");
        client.post("/orders", order_body()).await
    };
    let first = post(&app).await.expect(201);
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(post(&app).await.expect(201), first);
    app.advance(TimeDelta::seconds(1));
    assert_ne!(post(&app).await.expect(201)["id"], first["id"]);
}

#[actix_web::test]
async fn who_waits_in_vain_for_a_twin_at_work_is_asked_to_come_back() {
    let app = TestApp::impatient().await;
    let student = app.student().await;
    let user_id = Uuid::parse_str(&student.user_id).unwrap();
    let client = student.with("idempotency-key", "order-1");
    // The twin has its key and is at work for as long as we ask.
    write(app.db(), &app.scope(), async |tx| {
        idempotency::claim(tx, user_id, "order-1", b"of the twin").await?;
        let answer = client.post("/orders", order_body()).await;
        answer.refused(409, "conflict");
        assert_eq!(answer.header("retry-after"), Some("1"));
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
}
