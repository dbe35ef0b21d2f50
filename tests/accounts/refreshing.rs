//! Exchanging refresh tokens.

use chrono::TimeDelta;

use super::{me, refresh, registered, text};
use crate::support::TestApp;

#[actix_web::test]
async fn a_refresh_gives_the_next_token_and_a_new_access_token() {
    let app = TestApp::new().await;
    let first = registered(&app).await;
    app.advance(TimeDelta::minutes(20));
    me(&app, &first).await.refused(401, "unauthenticated");
    let next = refresh(&app, &text(&first, "refresh_token")).await;
    let next = next.expect(200);
    assert_ne!(next["refresh_token"], first["refresh_token"]);
    assert_eq!(next["user"], first["user"]);
    me(&app, &next).await.expect(200);
}

#[actix_web::test]
async fn a_chain_of_refreshes_goes_on() {
    let app = TestApp::new().await;
    let mut signed_in = registered(&app).await;
    for _ in 0..3 {
        app.advance(TimeDelta::days(1));
        let answer = refresh(&app, &text(&signed_in, "refresh_token")).await;
        signed_in = answer.expect(200);
    }
    me(&app, &signed_in).await.expect(200);
}

#[actix_web::test]
async fn a_replay_within_ten_seconds_gives_the_same_successor() {
    let app = TestApp::new().await;
    let token = text(&registered(&app).await, "refresh_token");
    let next = refresh(&app, &token).await.expect(200);
    app.advance(TimeDelta::seconds(10));
    let again = refresh(&app, &token).await.expect(200);
    assert_eq!(again["refresh_token"], next["refresh_token"]);
    me(&app, &again).await.expect(200);
}

#[actix_web::test]
async fn a_replay_after_ten_seconds_ends_the_session_and_its_access_tokens() {
    let app = TestApp::new().await;
    let token = text(&registered(&app).await, "refresh_token");
    let next = refresh(&app, &token).await.expect(200);
    app.advance(TimeDelta::seconds(11));
    let replay = refresh(&app, &token).await;
    replay.refused(401, "unauthenticated");
    me(&app, &next).await.refused(401, "unauthenticated");
    let successor = refresh(&app, &text(&next, "refresh_token")).await;
    successor.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_replay_after_its_successor_was_used_ends_the_session() {
    let app = TestApp::new().await;
    let token = text(&registered(&app).await, "refresh_token");
    let second = refresh(&app, &token).await.expect(200);
    let third = refresh(&app, &text(&second, "refresh_token")).await;
    let third = third.expect(200);
    let replay = refresh(&app, &token).await;
    replay.refused(401, "unauthenticated");
    me(&app, &third).await.refused(401, "unauthenticated");
    let last = refresh(&app, &text(&third, "refresh_token")).await;
    last.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_replay_leaves_other_devices_signed_in() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    let laptop = super::signed_in(&app).await;
    let token = text(&phone, "refresh_token");
    refresh(&app, &token).await.expect(200);
    app.advance(TimeDelta::seconds(11));
    refresh(&app, &token).await.refused(401, "unauthenticated");
    me(&app, &laptop).await.expect(200);
}

#[actix_web::test]
async fn a_refresh_token_waits_thirty_days() {
    let app = TestApp::new().await;
    let token = text(&registered(&app).await, "refresh_token");
    app.advance(TimeDelta::days(30));
    refresh(&app, &token).await.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn an_unknown_refresh_token_is_refused() {
    let app = TestApp::new().await;
    for token in ["", "nonsense", &"a".repeat(43)] {
        refresh(&app, token).await.refused(401, "unauthenticated");
    }
}

#[actix_web::test]
async fn an_access_token_is_no_refresh_token() {
    let app = TestApp::new().await;
    let token = text(&registered(&app).await, "access_token");
    refresh(&app, &token).await.refused(401, "unauthenticated");
}
