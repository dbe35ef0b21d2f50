//! Signing out.

use serde_json::{Value, json};

use super::{me, refresh, registered, signed_in, text};
use crate::support::{Answer, Client, TestApp};

fn client(app: &TestApp, signed_in: &Value) -> Client {
    app.anonymous().with_token(&text(signed_in, "access_token"))
}

async fn logout(app: &TestApp, signed_in: &Value, body: Value) -> Answer {
    client(app, signed_in).post("/auth/logout", body).await
}

#[actix_web::test]
async fn signing_out_ends_this_device_at_once_and_no_other() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    let laptop = signed_in(&app).await;
    let answer = client(&app, &phone).act("/auth/logout").await;
    answer.expect(204);
    me(&app, &phone).await.refused(401, "unauthenticated");
    let token = text(&phone, "refresh_token");
    refresh(&app, &token).await.refused(401, "unauthenticated");
    me(&app, &laptop).await.expect(200);
}

#[actix_web::test]
async fn signing_out_by_a_refresh_token_ends_its_device() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    let laptop = signed_in(&app).await;
    let body = json!({ "refresh_token": laptop["refresh_token"] });
    logout(&app, &phone, body).await.expect(204);
    me(&app, &laptop).await.refused(401, "unauthenticated");
    me(&app, &phone).await.expect(200);
}

#[actix_web::test]
async fn signing_out_of_all_ends_every_device_at_once() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    let laptop = signed_in(&app).await;
    let answer = logout(&app, &phone, json!({ "all": true })).await;
    answer.expect(204);
    for device in [&phone, &laptop] {
        me(&app, device).await.refused(401, "unauthenticated");
        let token = text(device, "refresh_token");
        refresh(&app, &token).await.refused(401, "unauthenticated");
    }
}

#[actix_web::test]
async fn nobody_signs_another_person_out() {
    let app = TestApp::new().await;
    let anna = registered(&app).await;
    let stranger = app.student().await;
    let body = json!({ "refresh_token": anna["refresh_token"] });
    stranger.post("/auth/logout", body).await.expect(204);
    me(&app, &anna).await.expect(200);
}

#[actix_web::test]
async fn who_is_not_signed_in_cannot_sign_out() {
    let app = TestApp::new().await;
    let answer = app.anonymous().act("/auth/logout").await;
    answer.refused(401, "unauthenticated");
}
