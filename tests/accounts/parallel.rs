//! Registering and refreshing at the same time, on a real port.

use persistence::integer_for_tests;
use serde_json::json;

use super::{me, registered, registration_body, text};
use crate::support::{Shot, TestApp, tally};

#[actix_web::test]
async fn of_two_registrations_of_one_address_at_once_one_is_made() {
    let app = TestApp::new().await;
    let served = app.serve();
    for (round, emails) in [
        ["anna@example.org", "anna@example.org"],
        ["boris@example.org", "Boris@Example.ORG"],
        ["VERA@example.org", "vera@EXAMPLE.org"],
    ]
    .iter()
    .enumerate()
    {
        let shots = emails.iter().map(|email| {
            let mut body = registration_body();
            body["email"] = json!(email);
            Shot::post(&None, "/auth/register", &body)
        });
        let answers = served.at_once(shots.collect()).await;
        assert_eq!(tally(&answers), [(201, 1), (409, 1)].into(), "{emails:?}");
        let second = answers.iter().find(|answer| answer.status == 409).unwrap();
        second.refused(409, "already_exists");
        let users = integer_for_tests(app.db(), "SELECT count(*) FROM users").await;
        assert_eq!(users.unwrap(), i64::try_from(round).unwrap() + 1);
    }
}

#[actix_web::test]
async fn fifty_refreshes_of_one_token_at_once_give_one_successor() {
    let app = TestApp::new().await;
    let served = app.serve();
    let first = registered(&app).await;
    let body = json!({ "refresh_token": text(&first, "refresh_token") });
    let shot = Shot::post(&None, "/auth/refresh", &body);
    let answers = served.at_once(shot.times(50)).await;
    let next = answers[0].expect(200);
    for answer in &answers {
        assert_eq!(answer.expect(200)["refresh_token"], next["refresh_token"]);
    }
    me(&app, &next).await.expect(200);
    let unused = "SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL";
    assert_eq!(integer_for_tests(app.db(), unused).await.unwrap(), 1);
}
