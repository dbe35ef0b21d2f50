//! Who sees which orders.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, id, order_body};

async fn ids(client: &Client, path: &str) -> Vec<String> {
    let list = client.get(path).await.expect(200);
    list["items"].as_array().unwrap().iter().map(id).collect()
}

async fn place(student: &Client, fields: Value) -> String {
    let mut body = order_body();
    for (field, value) in fields.as_object().unwrap() {
        body[field] = value.clone();
    }
    id(&student.post("/orders", body).await.expect(201))
}

#[actix_web::test]
async fn a_tutor_finds_open_orders_newest_first() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let older = app.order(&student).await;
    app.advance(TimeDelta::seconds(1));
    let newer = app.order(&student).await;
    let cancelled = app.order(&student).await;
    let path = format!("/orders/{cancelled}/cancel");
    student.act(&path).await.expect(200);
    let tutor = app.newcomer().await;
    assert_eq!(ids(&tutor, "/orders").await, [newer, older]);
}

#[actix_web::test]
async fn each_filter_of_the_open_orders_leaves_out_what_does_not_fit() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let maths = place(&student, json!({ "city": "Орёл" })).await;
    let physics = json!({ "subject": "fizika", "formats": ["offline"], "budget_max": 180_001 });
    let physics = place(&student, physics).await;
    let tutor = app.newcomer().await;
    for (filter, expected) in [
        ("subject=matematika", &maths),
        ("subject=fizika", &physics),
        ("city=%D0%BE%D1%80%D0%B5%D0%BB", &maths),
        ("format=online", &maths),
        ("format=offline", &physics),
        ("min_budget=180001", &physics),
    ] {
        let found = ids(&tutor, &format!("/orders?{filter}")).await;
        assert_eq!(found, std::slice::from_ref(expected), "{filter}");
    }
}

#[actix_web::test]
async fn a_wrong_filter_is_named_by_its_parameter() {
    let app = TestApp::new().await;
    let tutor = app.newcomer().await;
    for parameter in [
        "subject=alhimiya",
        "format=letter",
        "min_budget=-1",
        "limit=0",
        "limit=101",
        "colour=red",
        "cursor=x",
    ] {
        let answer = tutor.get(&format!("/orders?{parameter}")).await;
        let name = parameter.split('=').next().unwrap();
        assert_eq!(answer.wrong_fields(), [name]);
    }
}

#[actix_web::test]
async fn the_open_orders_are_not_for_students() {
    let app = TestApp::new().await;
    let student = app.student().await;
    student.get("/orders").await.refused(403, "forbidden");
    let anonymous = app.anonymous().get("/orders").await;
    anonymous.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_student_lists_the_own_orders_page_by_page() {
    let app = TestApp::new().await;
    let (student, other) = (app.student().await, app.student().await);
    let first = app.order(&student).await;
    app.order(&other).await;
    app.advance(TimeDelta::seconds(1));
    let second = app.order(&student).await;
    let page = student.get("/me/orders?limit=1").await.expect(200);
    assert_eq!(id(&page["items"][0]), second);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = student
        .get(&format!("/me/orders?limit=1&cursor={cursor}"))
        .await;
    let page = page.expect(200);
    assert_eq!(id(&page["items"][0]), first);
    assert_eq!(page["next_cursor"], Value::Null);
}

#[actix_web::test]
async fn a_foreign_students_order_does_not_exist() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let stranger = app.student().await;
    let path = format!("/orders/{order}");
    stranger.get(&path).await.refused(404, "not_found");
    let answer = stranger.patch(&path, json!({ "title": "" })).await;
    answer.refused(404, "not_found");
    for action in ["cancel", "complete"] {
        let answer = stranger.act(&format!("{path}/{action}")).await;
        answer.refused(404, "not_found");
    }
    app.anonymous()
        .get(&path)
        .await
        .refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_tutor_sees_an_open_order_without_its_students_contacts() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let tutor = app.newcomer().await;
    let answer = tutor.get(&format!("/orders/{order}")).await;
    let shown = answer.expect(200);
    let keys: BTreeSet<&str> = shown
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "id",
        "subject",
        "title",
        "description",
        "goal",
        "budget_min",
        "budget_max",
        "currency",
        "formats",
        "city",
        "region",
        "availability",
        "time_zone",
        "status",
        "expires_at",
        "created_at",
        "updated_at",
    ];
    assert_eq!(keys, BTreeSet::from(expected));
    let list = tutor.get("/orders").await;
    assert_eq!(list.expect(200)["items"][0], shown);
    for private in [&student.email, &student.user_id] {
        assert!(!answer.text.contains(private.as_str()));
    }
}

#[actix_web::test]
async fn an_order_no_longer_open_is_shown_only_to_tutors_who_applied() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (applied, _) = app.tutor().await;
    let (stranger, _) = app.tutor().await;
    app.bid(&applied, &order, 150_000).await;
    let path = format!("/orders/{order}");
    stranger.get(&path).await.expect(200);
    student.act(&format!("{path}/cancel")).await.expect(200);
    assert_eq!(applied.get(&path).await.expect(200)["status"], "cancelled");
    stranger.get(&path).await.refused(404, "not_found");
    app.newcomer()
        .await
        .get(&path)
        .await
        .refused(404, "not_found");
}

#[actix_web::test]
async fn an_unchanged_order_is_not_sent_again() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let etag = student.get(&path).await.header("etag").unwrap().to_owned();
    let again = student.with("if-none-match", &etag).get(&path).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}
