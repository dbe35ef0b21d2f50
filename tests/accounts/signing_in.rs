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

async fn stored_hash(app: &TestApp) -> String {
    let sql = "SELECT password_hash FROM users";
    let stored = persistence::texts_for_tests(app.db(), sql).await;
    stored.unwrap().remove(0)
}

#[actix_web::test]
async fn a_hash_weaker_than_hashes_are_now_is_replaced_by_the_first_sign_in() {
    let app = TestApp::new().await;
    registered(&app).await;
    let of_today = stored_hash(&app).await;
    for weak in [
        "$argon2id$v=19$m=4096,t=1,p=1$c2FsdCBvZiB0aGUgdGVzdA$8vuUXYfHjj/uKoCWMLIQpnj5heg+I1bMTNP1GwL2H9E",
        "$argon2i$v=19$m=19456,t=2,p=1$c2FsdCBvZiB0aGUgdGVzdA$516WlnFnnpQYt8NqSflRAtObfge+/hgFl3uQxIC9Z80",
    ] {
        let sql = format!("UPDATE users SET password_hash = '{weak}'");
        persistence::execute_for_tests(app.db(), &sql)
            .await
            .unwrap();
        let wrong = login(&app, "anna@example.org", "не-та-лампа").await;
        wrong.refused(401, "invalid_credentials");
        assert_eq!(stored_hash(&app).await, weak);
        signed_in(&app).await;
        let replaced = stored_hash(&app).await;
        assert!(
            replaced.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{replaced}"
        );
        assert_ne!(replaced, of_today);
        signed_in(&app).await;
        assert_eq!(stored_hash(&app).await, replaced);
    }
}

#[actix_web::test]
async fn an_unknown_email_costs_as_many_hashes_and_statements_as_a_wrong_password() {
    let app = TestApp::new().await;
    registered(&app).await;
    let cost = async |email: &str| {
        let before = (app.passwords_hashed(), app.statements());
        let answer = login(&app, email, "не-та-лампа").await;
        answer.refused(401, "invalid_credentials");
        let after = (app.passwords_hashed(), app.statements());
        (after.0 - before.0, after.1 - before.1)
    };
    let known = cost("anna@example.org").await;
    assert_eq!(known.0, 1);
    assert_eq!(cost("boris@example.org").await, known);
}
