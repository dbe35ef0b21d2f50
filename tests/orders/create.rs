//! Placing an order.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{TestApp, id, order_body};

fn with(field: &str, value: Value) -> Value {
    let mut body = order_body();
    body[field] = value;
    body
}

#[actix_web::test]
async fn an_order_is_open_and_stands_at_its_location() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let answer = student.post("/orders", order_body()).await;
    let order = answer.expect(201);
    assert_eq!(order["status"], "open");
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let location = format!("/api/v1/orders/{}", id(&order));
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let read = student.get(&format!("/orders/{}", id(&order))).await;
    assert_eq!(read.expect(200), order);
    for (field, value) in order_body().as_object().unwrap() {
        assert_eq!(&order[field], value, "{field}");
    }
}

#[actix_web::test]
async fn what_an_order_leaves_out_has_a_default() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let zone = student.get("/me").await.expect(200)["time_zone"].clone();
    let order = student.post("/orders", order_body()).await.expect(201);
    assert_eq!(order["currency"], "RUB");
    assert_eq!(order["time_zone"], zone);
    assert_eq!(order["expires_at"], json!(app.now() + TimeDelta::days(30)));
    for field in ["goal", "city", "region", "availability"] {
        assert_eq!(order[field], Value::Null, "{field}");
    }
}

async fn assert_refused<const N: usize>(app: &TestApp, cases: [(&str, Value, &str); N]) {
    let student = app.student().await;
    for (field, value, pointer) in cases {
        let answer = student.post("/orders", with(field, value.clone())).await;
        assert_eq!(answer.wrong_fields(), [pointer], "{field}: {value}");
    }
}

#[actix_web::test]
async fn every_wrong_text_and_price_is_named_by_its_pointer() {
    let app = TestApp::new().await;
    let cases = [
        ("subject", json!("alhimiya"), "/subject"),
        ("title", json!("  "), "/title"),
        ("title", json!("я".repeat(201)), "/title"),
        ("title", json!(5), "/title"),
        ("description", json!(""), "/description"),
        ("description", json!("я".repeat(5_001)), "/description"),
        ("goal", json!("я".repeat(501)), "/goal"),
        ("city", json!("я".repeat(101)), "/city"),
        ("region", json!("я".repeat(101)), "/region"),
        ("budget_min", json!(0), "/budget_min"),
        ("budget_max", json!(100_000_000), "/budget_max"),
        ("budget_max", json!(99_999), "/budget_max"),
        ("currency", json!("USD"), "/currency"),
    ];
    assert_refused(&app, cases).await;
}

#[actix_web::test]
async fn every_wrong_format_and_time_is_named_by_its_pointer() {
    let app = TestApp::new().await;
    let too_late = app.now() + TimeDelta::days(366);
    let cases = [
        ("formats", json!([]), "/formats"),
        ("formats", json!(["telepathy"]), "/formats/0"),
        ("formats", json!(["online", "online"]), "/formats/1"),
        (
            "availability",
            json!({ "someday": [] }),
            "/availability/someday",
        ),
        (
            "availability",
            json!({ "monday": ["9-25"] }),
            "/availability/monday/0",
        ),
        ("time_zone", json!("Mars/Olympus"), "/time_zone"),
        ("expires_at", json!(app.now()), "/expires_at"),
        ("expires_at", json!(too_late), "/expires_at"),
        ("status", json!("completed"), "/status"),
    ];
    assert_refused(&app, cases).await;
}

#[actix_web::test]
async fn a_missing_field_is_named_by_its_pointer() {
    let app = TestApp::new().await;
    let student = app.student().await;
    for field in order_body().as_object().unwrap().keys() {
        let mut body = order_body();
        body.as_object_mut().unwrap().remove(field);
        let answer = student.post("/orders", body).await;
        assert_eq!(answer.wrong_fields(), [format!("/{field}")]);
    }
}

#[actix_web::test]
async fn an_unknown_subject_and_a_bad_title_are_reported_together() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let mut body = with("subject", json!("alhimiya"));
    body["title"] = json!("");
    let mut wrong = student.post("/orders", body).await.wrong_fields();
    wrong.sort_unstable();
    assert_eq!(wrong, ["/subject", "/title"]);
}

#[actix_web::test]
async fn only_a_student_places_orders() {
    let app = TestApp::new().await;
    let anonymous = app.anonymous().post("/orders", order_body()).await;
    anonymous.refused(401, "unauthenticated");
    for who in [app.newcomer().await, app.admin().await] {
        // The role is looked at before the body.
        let answer = who.post("/orders", json!({})).await;
        answer.refused(403, "forbidden");
    }
}
