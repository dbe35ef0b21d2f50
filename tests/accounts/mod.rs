//! Registering, signing in and out, passwords, addresses, devices, one's own data.

mod audit;
mod bad_tokens;
mod browsers;
mod consents;
mod devices;
mod email;
mod mail;
mod own_account;
mod parallel;
mod passwords;
mod refreshing;
mod registration;
mod signing_in;
mod signing_out;
mod throttle;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

const PASSWORD: &str = "сова-и-лампа";

/// A registration that is fine as it is.
fn registration_body() -> Value {
    json!({
        "email": "anna@example.org", "password": PASSWORD, "role": "student",
        "first_name": "Анна", "last_name": "Иванова",
    })
}

/// A text field of an answer.
fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap().to_owned()
}

/// Anna's answer to registering: she is signed in.
async fn registered(app: &TestApp) -> Value {
    let body = registration_body();
    let answer = app.anonymous().post("/auth/register", body).await;
    answer.expect(201)
}

/// Signs Anna in on one more device.
async fn signed_in(app: &TestApp) -> Value {
    let body = json!({ "email": "anna@example.org", "password": PASSWORD });
    app.anonymous().post("/auth/login", body).await.expect(200)
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "refresh_token": token });
    app.anonymous().post("/auth/refresh", body).await
}

/// What becomes of the access token of somebody signed in.
async fn me(app: &TestApp, signed_in: &Value) -> Answer {
    let client = app.anonymous().with_token(&text(signed_in, "access_token"));
    client.get("/me").await
}

#[actix_web::test]
async fn nobody_registers_as_an_administrator() {
    let app = TestApp::new().await;
    let body = json!({
        "email": "a@example.org", "password": "сова-и-лампа", "role": "admin",
        "first_name": "А", "last_name": "Б",
    });
    let answer = app.anonymous().post("/auth/register", body).await;
    assert_eq!(answer.wrong_fields(), ["/role"]);
}

#[actix_web::test]
async fn an_access_token_ends_after_a_quarter_of_an_hour() {
    let app = TestApp::new().await;
    let student = app.student().await;
    student.get("/me").await.expect(200);
    app.advance(TimeDelta::minutes(16));
    student.get("/me").await.refused(401, "unauthenticated");
}
