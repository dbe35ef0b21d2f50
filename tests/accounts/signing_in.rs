//! Signing in.

use serde_json::{Value, json};

use super::{PASSWORD, me, registered, signed_in};
use crate::support::{Answer, TestApp};

async fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    app.anonymous().post("/auth/login", body).await
}

#[actix_web::test]
async fn the_right_password_signs_in() {
    let app = TestApp::new().await;
    let registered = registered(&app).await;
    let body = signed_in(&app).await;
    assert_eq!(body["user"], registered["user"]);
    me(&app, &body).await.expect(200);
}

#[actix_web::test]
async fn the_case_of_the_email_does_not_matter() {
    let app = TestApp::new().await;
    registered(&app).await;
    login(&app, " ANNA@example.org ", PASSWORD)
        .await
        .expect(200);
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_email_answer_alike() {
    let app = TestApp::new().await;
    registered(&app).await;
    let without_id = |mut document: Value| {
        document["request_id"] = Value::Null;
        document
    };
    let wrong = login(&app, "anna@example.org", "не-та-лампа").await;
    let unknown = login(&app, "boris@example.org", PASSWORD).await;
    let no_email = login(&app, "anna", PASSWORD).await;
    let wrong = without_id(wrong.refused(401, "invalid_credentials"));
    assert_eq!(
        wrong,
        without_id(unknown.refused(401, "invalid_credentials"))
    );
    assert_eq!(
        wrong,
        without_id(no_email.refused(401, "invalid_credentials"))
    );
}

#[actix_web::test]
async fn a_login_without_a_password_is_no_login() {
    let app = TestApp::new().await;
    let body = json!({ "email": "anna@example.org" });
    let answer = app.anonymous().post("/auth/login", body).await;
    assert_eq!(answer.wrong_fields(), ["/password"]);
}
