//! Problem documents: the one form of every refusal.

use actix_web::http::Method;
use serde_json::json;

use super::fields;
use crate::support::{Answer, TestApp, order_body, profile_body};

async fn login_with(app: &TestApp, kind: &str, body: &[u8]) -> Answer {
    let client = app.anonymous();
    client
        .send_raw(Method::POST, "/auth/login", kind, body)
        .await
}

#[actix_web::test]
async fn a_path_that_is_not_there_is_a_problem_document() {
    let app = TestApp::new().await;
    for path in ["/nowhere", "!/nowhere", "!/api/v2/subjects"] {
        let answer = app.anonymous().get(path).await;
        let document = answer.refused(404, "not_found");
        let expected = ["code", "detail", "request_id", "status", "title", "type"];
        assert_eq!(fields(&document), expected);
        assert_eq!(document["type"], "urn:tutors:error:not_found");
        assert_eq!(document["status"], 404);
    }
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::new().await;
    for (path, allow) in [
        ("/subjects", "GET"),
        ("/auth/login", "POST"),
        ("/me", "GET, PATCH"),
        ("/me/tutor-profile", "GET, POST, PATCH"),
        ("/orders/0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "GET, PATCH"),
        (
            "/%6Frders/0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c",
            "GET, PATCH",
        ),
        ("!/openapi.json", "GET"),
    ] {
        let answer = app.anonymous().send(Method::PUT, path, None).await;
        answer.refused(405, "method_not_allowed");
        let mut found: Vec<&str> = answer.header("allow").unwrap().split(", ").collect();
        // More methods of the path may come.
        found.retain(|method| allow.split(", ").any(|known| known == *method));
        assert_eq!(found.join(", "), allow, "{path}");
    }
}

#[actix_web::test]
async fn a_word_in_a_path_is_not_taken_for_an_id_by_another_method() {
    let app = TestApp::new().await;
    for client in [app.anonymous(), app.student().await] {
        let answer = client.get("/payments/checkout").await;
        answer.refused(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
}

#[actix_web::test]
async fn a_body_may_be_nested_64_deep() {
    let app = TestApp::new().await;
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!("{{\"deep\": {open}{close}}}")
    };
    let answer = login_with(&app, "application/json", nested(64).as_bytes()).await;
    assert_eq!(answer.wrong_fields(), ["/deep"]);
}

#[actix_web::test]
async fn an_array_where_an_object_belongs_is_invalid_within_a_body_too() {
    let app = TestApp::new().await;
    let consents = json!([["privacy", "1"]]);
    let body = json!({
        "email": "a@example.org", "password": "сова-и-лампа", "role": "student",
        "first_name": "А", "last_name": "Б", "consents": consents,
    });
    let answer = app.anonymous().post("/auth/register", body).await;
    assert_eq!(answer.wrong_fields(), ["/consents/0"]);
}

#[actix_web::test]
async fn an_invalid_field_is_named_with_code_and_detail() {
    let app = TestApp::new().await;
    let mut order = order_body();
    order["budget_max"] = json!("много");
    let answer = app.student().await.post("/orders", order).await;
    let document = answer.refused(422, "validation_failed");
    let error = &document["errors"][0];
    assert_eq!(fields(error), ["code", "detail", "pointer"]);
    assert_eq!(error["pointer"], "/budget_max");
    assert_eq!(error["code"], "invalid_type");
}

#[actix_web::test]
async fn a_problem_is_worded_in_the_language_of_the_caller() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    for (language, title) in [
        ("", "Не найдено"),
        ("de", "Не найдено"),
        ("ru,en;q=0.5", "Не найдено"),
        ("en-US,en;q=0.9,ru;q=0.1", "Not found"),
    ] {
        let client = nobody.with("accept-language", language);
        let document = client.get("/nowhere").await.refused(404, "not_found");
        assert_eq!(document["title"], title, "{language}");
    }
    let document = nobody.get("/nowhere").await.refused(404, "not_found");
    assert_eq!(document["title"], "Не найдено");
}

#[actix_web::test]
async fn a_head_request_is_answered_as_its_get() {
    let app = TestApp::new().await;
    app.anonymous()
        .send(Method::HEAD, "/subjects", None)
        .await
        .expect(200);
    app.anonymous()
        .send(Method::HEAD, "/nowhere", None)
        .await
        .refused(404, "not_found");
}

#[actix_web::test]
async fn a_number_beyond_every_type_is_a_wrong_value_and_not_bad_json() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let body = br#"{"budget_min":1e999}"#;
    let answer = student
        .send_raw(Method::POST, "/orders", "application/json", body)
        .await;
    answer.refused(422, "validation_failed");
}

#[actix_web::test]
async fn a_name_of_invisible_characters_is_refused() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let body = json!({ "first_name": "\u{202e}\u{200b}" });
    assert_eq!(
        student.patch("/me", body).await.wrong_fields(),
        ["/first_name"]
    );
}

#[actix_web::test]
async fn a_text_with_a_nul_in_it_is_none() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    for path in ["/auth/password/forgot", "/auth/verify-email/resend"] {
        let answer = nobody
            .post(path, json!({ "email": "a\0@example.test" }))
            .await;
        assert_eq!(answer.wrong_fields(), ["/email"], "{path}");
    }
    assert_eq!(nobody.get("/tutors?q=a%00b").await.wrong_fields(), ["q"]);
    let admin = app.admin().await;
    let answer = admin.get("/admin/audit?action=%00").await;
    assert_eq!(answer.wrong_fields(), ["action"]);
}

#[actix_web::test]
async fn a_key_that_is_given_twice_is_named() {
    let app = TestApp::new().await;
    for (body, at) in [
        (r#"{"email":"a","email":"b","password":"c"}"#, "/email"),
        (
            r#"{"email":"a","password":"c","other":{"x":1,"x":1}}"#,
            "/other/x",
        ),
        (r#"{"email":[{},{"a/b":1,"a/b":2}]}"#, "/email/1/a~1b"),
    ] {
        let answer = login_with(&app, "application/json", body.as_bytes()).await;
        assert_eq!(answer.wrong_fields(), [at]);
        assert_eq!(answer.json()["errors"][0]["code"], "duplicate");
    }
    let answer = login_with(&app, "application/json", br#"{"email":1,"email":2"#).await;
    answer.refused(400, "malformed_request");
}

#[actix_web::test]
async fn a_parameter_that_is_no_text_is_named() {
    let app = TestApp::new().await;
    for query in ["q=%ff", "q=%D0", "q=100%", "city=%zz", "q=%C0%80"] {
        let answer = app.anonymous().get(&format!("/tutors?{query}")).await;
        let name = query.split('=').next().unwrap();
        assert_eq!(answer.wrong_fields(), [name], "{query}");
    }
    let path = "/tutors?q=100%25+%D0%B0";
    app.anonymous().get(path).await.expect(200);
}

/// What is wrong is listed, and not more of it than anybody reads: an answer is no larger than
/// what it answers.
#[actix_web::test]
async fn a_body_of_many_faults_gets_a_short_answer() {
    let app = TestApp::new().await;
    let long = "k".repeat(100_000);
    let repeated = vec![r#""a":0"#; 20_000].join(",");
    let body = format!(r#"{{"{long}":{{{repeated}}}}}"#);
    let answer = app
        .anonymous()
        .send_raw(
            Method::POST,
            "/auth/login",
            "application/json",
            body.as_bytes(),
        )
        .await;
    let errors = answer.refused(422, "validation_failed")["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 100);
    assert!(answer.text.len() < 64 * 1024, "{}", answer.text.len());
}

#[actix_web::test]
async fn an_unknown_subject_of_a_profile_is_named_beside_what_else_is_wrong() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let mut wrong = profile_body();
    wrong["bio"] = json!(" ");
    wrong["subjects"] = json!(["matematika", "magiya"]);
    let answers = [
        app.newcomer()
            .await
            .post("/me/tutor-profile", wrong.clone())
            .await,
        tutor
            .with("if-match", "*")
            .patch("/me/tutor-profile", wrong)
            .await,
    ];
    for answer in answers {
        assert_eq!(answer.wrong_fields(), ["/bio", "/subjects/1"]);
    }
}

#[actix_web::test]
async fn what_is_wrong_with_a_list_is_not_said_of_its_entries_too() {
    let app = TestApp::new().await;
    let mut wrong = profile_body();
    let many: Vec<String> = (0..11).map(|i| format!("magiya-{i}")).collect();
    wrong["subjects"] = json!(many);
    let answer = app.newcomer().await.post("/me/tutor-profile", wrong).await;
    assert_eq!(answer.wrong_fields(), ["/subjects"]);
}
