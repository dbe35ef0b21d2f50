//! What somebody agrees to as they register.

use persistence::texts_for_tests;
use serde_json::{Value, json};

use super::registration_body;
use crate::support::{Answer, TestApp};

async fn register_with(app: &TestApp, consents: Value) -> Answer {
    let mut body = registration_body();
    body["consents"] = consents;
    app.anonymous().post("/auth/register", body).await
}

/// What is wrong, and how: `/consents too_many`.
fn wrongs(answer: &Answer) -> Vec<String> {
    let codes = answer.json();
    let pointers = answer.wrong_fields();
    let codes = codes["errors"].as_array().unwrap().iter();
    let codes = codes.map(|error| error["code"].as_str().unwrap());
    pointers
        .iter()
        .zip(codes)
        .map(|(pointer, code)| format!("{pointer} {code}"))
        .collect()
}

#[actix_web::test]
async fn a_consent_is_stored_without_the_blanks_around_it() {
    let app = TestApp::new().await;
    let blanks = " ".repeat(40);
    let consent = json!({ "kind": " privacy\n", "text_version": format!("{blanks}1{blanks}") });
    register_with(&app, json!([consent])).await.expect(201);
    let sql = "SELECT kind || '@' || text_version FROM consents";
    let stored = texts_for_tests(app.db(), sql).await.unwrap();
    assert_eq!(stored, ["privacy@1"]);
}

#[actix_web::test]
async fn what_is_wrong_with_a_consent_is_said_where_it_is_wrong() {
    let app = TestApp::new().await;
    let consents = json!([
        { "kind": "privacy", "text_version": "1" },
        { "kind": "terms\u{1}", "text_version": "1" },
        { "kind": "offers", "text_version": "1".repeat(101) },
        { "kind": " ", "text_version": "1" },
    ]);
    let answer = register_with(&app, consents).await;
    let expected = [
        "/consents/1/kind invalid_format",
        "/consents/2/text_version too_long",
        "/consents/3/kind too_short",
    ];
    assert_eq!(wrongs(&answer), expected);
}

#[actix_web::test]
async fn too_many_consents_are_one_thing_that_is_wrong() {
    let app = TestApp::new().await;
    let consent = |i: usize| json!({ "kind": format!("kind-{i}"), "text_version": "1" });
    let many: Vec<Value> = (0..21).map(consent).collect();
    let answer = register_with(&app, json!(many)).await;
    assert_eq!(wrongs(&answer), ["/consents too_many"]);
    let answer = register_with(&app, json!(many[..20])).await;
    answer.expect(201);
}
