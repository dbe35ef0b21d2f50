//! Guessing passwords.

use chrono::TimeDelta;
use persistence::{integer_for_tests, texts_for_tests};
use serde_json::json;
use services::retention;

use super::{PASSWORD, registered};
use crate::support::{Answer, Client, Shot, TestApp, tally};

const ANNA: &str = "anna@example.org";

async fn login(client: &Client, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    client.post("/auth/login", body).await
}

async fn guess(client: &Client, email: &str, times: usize) {
    for _ in 0..times {
        let answer = login(client, email, "не-та-лампа").await;
        answer.refused(401, "invalid_credentials");
    }
}

/// The seconds after which a refused try may be made again.
fn seconds(answer: &Answer) -> i64 {
    answer.refused(429, "rate_limited");
    answer.header("retry-after").unwrap().parse().unwrap()
}

#[actix_web::test]
async fn the_eleventh_try_within_a_quarter_of_an_hour_is_refused_with_the_right_password_as_well() {
    let app = TestApp::new().await;
    registered(&app).await;
    let here = app.anonymous();
    guess(&here, ANNA, 10).await;
    assert_eq!(seconds(&login(&here, ANNA, "не-та-лампа").await), 900);
    assert_eq!(seconds(&login(&here, ANNA, PASSWORD).await), 900);
}

#[actix_web::test]
async fn the_right_password_works_from_another_address() {
    let app = TestApp::new().await;
    registered(&app).await;
    guess(&app.anonymous(), ANNA, 10).await;
    let elsewhere = app.anonymous().from("203.0.113.7");
    login(&elsewhere, ANNA, PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn an_unknown_email_is_throttled_alike() {
    let app = TestApp::new().await;
    let here = app.anonymous();
    guess(&here, "nobody@example.org", 10).await;
    let answer = login(&here, " NOBODY@example.org", PASSWORD).await;
    assert_eq!(seconds(&answer), 900);
    guess(&here, "no e-mail at all", 10).await;
    let answer = login(&here, "No e-mail at all ", PASSWORD).await;
    assert_eq!(seconds(&answer), 900);
}

#[actix_web::test]
async fn who_is_refused_makes_nobody_hash_a_password() {
    let app = TestApp::new().await;
    registered(&app).await;
    let here = app.anonymous();
    let before = app.passwords_hashed();
    guess(&here, ANNA, 10).await;
    assert_eq!(app.passwords_hashed() - before, 10);
    for _ in 0..5 {
        seconds(&login(&here, ANNA, PASSWORD).await);
    }
    assert_eq!(app.passwords_hashed() - before, 10);
}

#[actix_web::test]
async fn who_waits_as_long_as_told_may_try_again_and_no_earlier() {
    let app = TestApp::new().await;
    registered(&app).await;
    let here = app.anonymous();
    guess(&here, ANNA, 1).await;
    app.advance(TimeDelta::minutes(5));
    guess(&here, ANNA, 9).await;
    let wait = seconds(&login(&here, ANNA, PASSWORD).await);
    assert_eq!(wait, 600);
    app.advance(TimeDelta::seconds(wait - 1));
    assert_eq!(seconds(&login(&here, ANNA, PASSWORD).await), 1);
    app.advance(TimeDelta::seconds(1));
    guess(&here, ANNA, 1).await;
    assert_eq!(seconds(&login(&here, ANNA, PASSWORD).await), 300);
}

#[actix_web::test]
async fn who_signs_in_begins_anew() {
    let app = TestApp::new().await;
    registered(&app).await;
    let here = app.anonymous();
    for _ in 0..3 {
        guess(&here, ANNA, 9).await;
        login(&here, ANNA, PASSWORD).await.expect(200);
    }
    assert_eq!(counted(&app).await, 0);
}

async fn counted(app: &TestApp) -> i64 {
    let sql = "SELECT count(*) FROM sign_in_failures";
    integer_for_tests(app.db(), sql).await.unwrap()
}

/// What a try costs the database that is sent away because too many wait for a hash.
async fn statements_of_one_sent_away(app: &TestApp, email: &str) -> usize {
    let before = app.statements();
    let answer = login(&app.anonymous(), email, PASSWORD).await;
    answer.refused(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("4"));
    app.statements() - before
}

#[actix_web::test]
async fn a_try_that_finds_too_many_waiting_counts_for_nothing_whoever_it_names() {
    let app = TestApp::new().await;
    registered(&app).await;
    let crowd = app.crowd();
    for _ in 0..11 {
        for email in [ANNA, "nobody@example.org"] {
            assert_eq!(statements_of_one_sent_away(&app, email).await, 1);
        }
    }
    assert_eq!(counted(&app).await, 0);
    drop(crowd);
    login(&app.anonymous(), ANNA, PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn a_change_of_password_that_finds_too_many_waiting_counts_for_nothing() {
    let app = TestApp::new().await;
    let token = super::text(&registered(&app).await, "access_token");
    let anna = app.anonymous().with_token(&token);
    let body = json!({ "current_password": PASSWORD, "new_password": "лампа-и-сова" });
    let crowd = app.crowd();
    for _ in 0..11 {
        let answer = anna.post("/auth/password", body.clone()).await;
        answer.refused(503, "unavailable");
    }
    assert_eq!(counted(&app).await, 0);
    drop(crowd);
    anna.post("/auth/password", body).await.expect(204);
}

#[actix_web::test]
async fn who_has_guessed_too_often_is_told_so_however_many_wait() {
    let app = TestApp::new().await;
    let here = app.anonymous();
    guess(&here, ANNA, 10).await;
    let _crowd = app.crowd();
    seconds(&login(&here, ANNA, PASSWORD).await);
}

#[actix_web::test]
async fn nobody_registers_while_too_many_wait() {
    let app = TestApp::new().await;
    let crowd = app.crowd();
    let body = super::registration_body();
    let answer = app.anonymous().post("/auth/register", body).await;
    answer.refused(503, "unavailable");
    drop(crowd);
    registered(&app).await;
}

#[actix_web::test]
async fn an_address_may_guess_a_hundred_times_an_hour_whosever_passwords() {
    let app = TestApp::new().await;
    registered(&app).await;
    let here = app.anonymous();
    for i in 0..100 {
        guess(&here, &format!("somebody-{i}@example.org"), 1).await;
    }
    assert_eq!(seconds(&login(&here, ANNA, PASSWORD).await), 3600);
    let elsewhere = app.anonymous().from("203.0.113.7");
    login(&elsewhere, ANNA, PASSWORD).await.expect(200);
    app.advance(TimeDelta::hours(1));
    login(&here, ANNA, PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn all_addresses_of_an_ipv6_network_are_one() {
    let app = TestApp::new().await;
    registered(&app).await;
    for i in 0..10 {
        let address = format!("2001:db8:1:2::{i:x}");
        guess(&app.anonymous().from(&address), ANNA, 1).await;
    }
    let there = app.anonymous().from("2001:db8:1:2:ffff::1");
    seconds(&login(&there, ANNA, PASSWORD).await);
    let elsewhere = app.anonymous().from("2001:db8:1:3::1");
    login(&elsewhere, ANNA, PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn of_fifty_guesses_at_once_ten_are_looked_at() {
    let app = TestApp::new().await;
    registered(&app).await;
    let served = app.serve();
    let before = app.passwords_hashed();
    let body = json!({ "email": ANNA, "password": "не-та-лампа" });
    let shot = Shot::post(&None, "/auth/login", &body);
    let answers = served.at_once(shot.times(50)).await;
    assert_eq!(tally(&answers), [(401, 10), (429, 40)].into());
    assert_eq!(app.passwords_hashed() - before, 10);
}

#[actix_web::test]
async fn the_count_names_nobody_and_is_deleted_after_an_hour() {
    let app = TestApp::new().await;
    registered(&app).await;
    guess(&app.anonymous(), ANNA, 2).await;
    let columns = if persistence::Reader::is_postgres(app.db()) {
        "encode(account_hash, 'hex') || encode(address_hash, 'hex')"
    } else {
        "hex(account_hash) || hex(address_hash)"
    };
    let sql = format!("SELECT DISTINCT {columns} FROM sign_in_failures");
    let stored = texts_for_tests(app.db(), &sql).await.unwrap();
    assert_eq!(stored.iter().map(String::len).collect::<Vec<_>>(), [128]);
    app.advance(TimeDelta::hours(1) - TimeDelta::seconds(1));
    let purge = async || retention::purge(app.db(), &app.scope()).await.unwrap();
    assert_eq!(purge().await, 0);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(purge().await, 2);
}
