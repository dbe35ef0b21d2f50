//! Registering, signing in and out, one's own data.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;

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
