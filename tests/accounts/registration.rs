//! Registering.

use serde_json::{Value, json};

use super::{PASSWORD, registered, registration_body, text};
use crate::support::{Answer, TestApp};

async fn register_with(app: &TestApp, field: &str, value: Value) -> Answer {
    let mut body = registration_body();
    body[field] = value;
    app.anonymous().post("/auth/register", body).await
}

#[actix_web::test]
async fn who_registers_is_signed_in() {
    let app = TestApp::new().await;
    let body = registered(&app).await;
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 900);
    assert_eq!(body["user"]["email"], "anna@example.org");
    assert_eq!(body["user"]["role"], "student");
    let client = app.anonymous().with_token(&text(&body, "access_token"));
    let me = client.get("/me").await.expect(200);
    assert_eq!(me, body["user"]);
}

#[actix_web::test]
async fn who_does_not_say_where_they_live_lives_in_moscow_and_reads_russian() {
    let app = TestApp::new().await;
    let user = &registered(&app).await["user"];
    assert_eq!(user["time_zone"], "Europe/Moscow");
    assert_eq!(user["locale"], "ru");
    assert_eq!(user["phone"], Value::Null);
    assert_eq!(user["is_verified"], false);
}

#[actix_web::test]
async fn time_zone_locale_and_consents_are_taken() {
    let app = TestApp::new().await;
    let mut body = registration_body();
    body["time_zone"] = json!("Asia/Yekaterinburg");
    body["locale"] = json!("en");
    body["consents"] = json!([{ "kind": "privacy", "text_version": "1" }]);
    let answer = app.anonymous().post("/auth/register", body).await;
    let user = &answer.expect(201)["user"];
    assert_eq!(user["time_zone"], "Asia/Yekaterinburg");
    assert_eq!(user["locale"], "en");
}

#[actix_web::test]
async fn a_wrong_value_is_named_by_its_pointer() {
    let app = TestApp::new().await;
    for (field, value) in [
        ("email", json!("anna")),
        ("email", json!(7)),
        ("role", json!("moderator")),
        ("first_name", json!("")),
        ("first_name", json!("<b>Анна</b>")),
        ("last_name", json!("И".repeat(101))),
        ("time_zone", json!("Mars/Olympus")),
        ("locale", json!("de")),
        ("is_verified", json!(true)),
        ("id", json!("0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c")),
    ] {
        let answer = register_with(&app, field, value.clone()).await;
        assert_eq!(answer.wrong_fields(), [format!("/{field}")], "{value}");
    }
}

#[actix_web::test]
async fn a_field_left_out_is_named_by_its_pointer() {
    let app = TestApp::new().await;
    for field in ["email", "password", "role", "first_name", "last_name"] {
        let mut body = registration_body();
        body.as_object_mut().unwrap().remove(field);
        let answer = app.anonymous().post("/auth/register", body).await;
        assert_eq!(answer.wrong_fields(), [format!("/{field}")]);
        assert_eq!(answer.json()["errors"][0]["code"], "required");
    }
}

#[actix_web::test]
async fn all_wrong_fields_are_named_at_once() {
    let app = TestApp::new().await;
    let body = json!({
        "email": "anna", "password": "short", "role": "admin", "first_name": "", "last_name": "",
    });
    let answer = app.anonymous().post("/auth/register", body).await;
    let mut wrong = answer.wrong_fields();
    wrong.sort();
    let all = ["/email", "/first_name", "/last_name", "/password", "/role"];
    assert_eq!(wrong, all);
}

#[actix_web::test]
async fn a_weak_password_is_refused() {
    let app = TestApp::new().await;
    for password in [
        "сова-лампа-".chars().take(9).collect(),
        "с".repeat(129),
        "Password123".to_owned(),
        "зфыыцщкв123".to_owned(),
        "anna@example.org".to_owned(),
        "ANNA@example.org".to_owned(),
    ] {
        let answer = register_with(&app, "password", json!(password)).await;
        assert_eq!(answer.wrong_fields(), ["/password"], "{password}");
    }
}

#[actix_web::test]
async fn a_password_may_have_10_to_128_characters() {
    let app = TestApp::new().await;
    for (i, password) in ["сова-лампа".to_owned(), "сова".repeat(32)]
        .into_iter()
        .enumerate()
    {
        let mut body = registration_body();
        body["email"] = json!(format!("anna{i}@example.org"));
        body["password"] = json!(password);
        let answer = app.anonymous().post("/auth/register", body).await;
        answer.expect(201);
    }
}

#[actix_web::test]
async fn an_email_known_in_another_case_is_not_registered_again() {
    let app = TestApp::new().await;
    registered(&app).await;
    let answer = register_with(&app, "email", json!("Anna@Example.ORG")).await;
    answer.refused(409, "already_exists");
}

#[actix_web::test]
async fn the_answer_shows_no_password() {
    let app = TestApp::new().await;
    let body = registered(&app).await.to_string();
    assert!(!body.contains(PASSWORD), "{body}");
    assert!(!body.contains("argon2"), "{body}");
}
