//! Where somebody is signed in.

use persistence::texts_for_tests;
use serde_json::Value;

use super::{me, refresh, registered, signed_in, text};
use crate::support::{Client, TestApp};

fn client(app: &TestApp, signed_in: &Value) -> Client {
    app.anonymous().with_token(&text(signed_in, "access_token"))
}

async fn sessions(client: &Client) -> Vec<Value> {
    let list = client.get("/me/sessions").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

/// Why sessions ended, as the audit trail has it.
async fn endings(app: &TestApp) -> Vec<String> {
    let because = if persistence::Reader::is_postgres(app.db()) {
        "(after->>'because')"
    } else {
        "json_extract(after, '$.because')"
    };
    let sql = format!(
        "SELECT actor_kind || ' ' || {because} FROM audit_events WHERE action = 'session.ended'"
    );
    texts_for_tests(app.db(), &sql).await.unwrap()
}

#[actix_web::test]
async fn every_device_is_listed_and_which_of_them_asks() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    app.advance(chrono::TimeDelta::minutes(1));
    let laptop = signed_in(&app).await;
    let listed = sessions(&client(&app, &phone)).await;
    let current: Vec<bool> = listed
        .iter()
        .map(|session| session["is_current"].as_bool().unwrap())
        .collect();
    assert_eq!(current, [false, true]);
    let listed = sessions(&client(&app, &laptop)).await;
    assert_eq!(listed[0]["is_current"], true);
}

#[actix_web::test]
async fn a_device_is_listed_by_what_it_said_it_was_and_when_it_was_used() {
    let app = TestApp::new().await;
    let agent = app.anonymous().with("user-agent", "Lynx/2.9");
    let body = agent
        .post("/auth/register", super::registration_body())
        .await;
    let signed = body.expect(201);
    app.advance(chrono::TimeDelta::minutes(5));
    refresh(&app, &text(&signed, "refresh_token"))
        .await
        .expect(200);
    let listed = sessions(&client(&app, &signed)).await;
    assert_eq!(listed[0]["user_agent"], "Lynx/2.9");
    assert_ne!(listed[0]["last_used_at"], listed[0]["created_at"]);
}

#[actix_web::test]
async fn a_device_that_is_signed_out_is_out_at_once_and_no_other_is() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    app.advance(chrono::TimeDelta::minutes(1));
    let laptop = signed_in(&app).await;
    let phone_id = text(&sessions(&client(&app, &phone)).await[1], "id");
    let path = format!("/me/sessions/{phone_id}");
    client(&app, &laptop).delete(&path).await.expect(204);
    me(&app, &phone).await.refused(401, "unauthenticated");
    let token = text(&phone, "refresh_token");
    refresh(&app, &token).await.refused(401, "unauthenticated");
    assert_eq!(sessions(&client(&app, &laptop)).await.len(), 1);
    let again = client(&app, &laptop).delete(&path).await;
    again.refused(404, "not_found");
    assert_eq!(endings(&app).await, ["user revoked"]);
}

#[actix_web::test]
async fn nobody_signs_out_another_persons_device() {
    let app = TestApp::new().await;
    let anna = registered(&app).await;
    let id = text(&sessions(&client(&app, &anna)).await[0], "id");
    let stranger = app.student().await;
    let path = format!("/me/sessions/{id}");
    stranger.delete(&path).await.refused(404, "not_found");
    me(&app, &anna).await.expect(200);
    assert_eq!(sessions(&stranger).await.len(), 1);
}

#[actix_web::test]
async fn signing_out_is_on_record_for_every_session_that_it_ends() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    signed_in(&app).await;
    client(&app, &phone).act("/auth/logout").await.expect(204);
    assert_eq!(endings(&app).await, ["user logout"]);
    let laptop = signed_in(&app).await;
    let all = serde_json::json!({ "all": true });
    client(&app, &laptop)
        .post("/auth/logout", all)
        .await
        .expect(204);
    assert_eq!(endings(&app).await, ["user logout"; 3]);
}

#[actix_web::test]
async fn a_device_that_nobody_can_go_on_with_is_not_listed() {
    let app = TestApp::new().await;
    registered(&app).await;
    app.advance(chrono::TimeDelta::days(30));
    let laptop = signed_in(&app).await;
    assert_eq!(sessions(&client(&app, &laptop)).await.len(), 1);
}
