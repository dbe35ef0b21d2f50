//! Who did what with an account.

use chrono::TimeDelta;
use persistence::texts_for_tests;

use super::{refresh, registered, text};
use crate::support::TestApp;

/// Who is on record for an action: the kind of actor, and the e-mail of the person.
async fn actors(app: &TestApp, action: &str) -> Vec<String> {
    let sql = format!(
        "SELECT actor_kind || ' ' || coalesce(email, 'nobody') FROM audit_events \
         LEFT JOIN users ON users.id = actor_id WHERE action = '{action}' ORDER BY at"
    );
    texts_for_tests(app.db(), &sql).await.unwrap()
}

#[actix_web::test]
async fn who_registers_makes_the_account_themselves() {
    let app = TestApp::new().await;
    registered(&app).await;
    let expected = ["user anna@example.org"];
    assert_eq!(actors(&app, "account.created").await, expected);
}

#[actix_web::test]
async fn an_administrator_is_made_by_a_command() {
    let app = TestApp::new().await;
    app.admin().await;
    assert_eq!(actors(&app, "account.created").await, ["command nobody"]);
}

#[actix_web::test]
async fn a_replay_is_on_record_under_the_name_of_whose_session_it_ended() {
    let app = TestApp::new().await;
    let token = text(&registered(&app).await, "refresh_token");
    refresh(&app, &token).await.expect(200);
    app.advance(TimeDelta::seconds(11));
    refresh(&app, &token).await.refused(401, "unauthenticated");
    let expected = ["user anna@example.org"];
    assert_eq!(actors(&app, "session.replayed").await, expected);
}
