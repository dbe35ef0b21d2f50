//! Confirming an e-mail address.

use chrono::TimeDelta;
use persistence::texts_for_tests;
use serde_json::{Value, json};

use super::{registered, registration_body, text};
use crate::support::{Answer, Postbox, Shot, TestApp, tally};

async fn verify(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "token": token });
    app.anonymous().post("/auth/verify-email", body).await
}

async fn resend(app: &TestApp, email: &str) {
    let body = json!({ "email": email });
    let answer = app
        .anonymous()
        .post("/auth/verify-email/resend", body)
        .await;
    answer.expect(202);
    app.run_jobs().await;
    app.advance(TimeDelta::seconds(1));
}

async fn is_verified(app: &TestApp, anna: &Value) -> bool {
    let client = app.anonymous().with_token(&text(anna, "access_token"));
    client.get("/me").await.expect(200)["is_verified"] == true
}

async fn anna() -> (TestApp, Postbox, Value) {
    let postbox = Postbox::new();
    let app = TestApp::with_mailer(postbox.mailer()).await;
    let anna = registered(&app).await;
    app.run_jobs().await;
    // Letters are told apart by their times.
    app.advance(TimeDelta::seconds(1));
    (app, postbox, anna)
}

#[actix_web::test]
async fn who_registers_is_sent_a_link_that_confirms_the_address() {
    let (app, postbox, anna) = anna().await;
    assert!(!is_verified(&app, &anna).await);
    let letter = postbox.last();
    assert_eq!(letter.header("To"), "anna@example.org");
    let (page, token) = letter.link();
    assert_eq!(page, "https://tutors.example.org/verify-email");
    verify(&app, &token).await.expect(204);
    assert!(is_verified(&app, &anna).await);
    let sql = "SELECT actor_kind || ' ' || action FROM audit_events WHERE action LIKE 'email.%'";
    let audited = texts_for_tests(app.db(), sql).await.unwrap();
    assert_eq!(audited, ["user email.verified"]);
}

#[actix_web::test]
async fn a_link_is_good_once_for_three_days_and_for_nothing_else() {
    let (app, postbox, _) = anna().await;
    let (_, token) = postbox.last().link();
    for token in ["", "nonsense", &"a".repeat(43)] {
        verify(&app, token).await.refused(410, "gone");
    }
    app.advance(TimeDelta::days(3) - TimeDelta::seconds(2));
    verify(&app, &token).await.expect(204);
    verify(&app, &token).await.refused(410, "gone");
}

#[actix_web::test]
async fn a_link_of_three_days_ago_is_gone_and_another_can_be_had() {
    let (app, postbox, _) = anna().await;
    let (_, old) = postbox.last().link();
    app.advance(TimeDelta::days(3));
    verify(&app, &old).await.refused(410, "gone");
    resend(&app, "anna@example.org").await;
    let (_, new) = postbox.last().link();
    verify(&app, &new).await.expect(204);
}

#[actix_web::test]
async fn of_twenty_uses_of_a_link_at_once_one_wins() {
    let (app, postbox, _) = anna().await;
    let body = json!({ "token": postbox.last().link().1 });
    let shot = Shot::post(&None, "/auth/verify-email", &body);
    let served = app.serve();
    let answers = served.at_once(shot.times(20)).await;
    assert_eq!(tally(&answers), [(204, 1), (410, 19)].into());
}

#[actix_web::test]
async fn nobody_is_sent_a_link_who_needs_none() {
    let (app, postbox, _) = anna().await;
    verify(&app, &postbox.last().link().1).await.expect(204);
    resend(&app, "anna@example.org").await;
    resend(&app, "nobody@example.org").await;
    resend(&app, "no e-mail").await;
    assert_eq!(postbox.letters().len(), 1);
}

#[actix_web::test]
async fn the_letter_of_registering_is_one_of_five_an_hour() {
    let (app, postbox, _) = anna().await;
    for _ in 0..7 {
        resend(&app, "anna@example.org").await;
    }
    assert_eq!(postbox.letters().len(), 5);
}

#[actix_web::test]
async fn a_letter_is_in_the_language_of_who_reads_it_and_says_nothing_that_they_wrote() {
    let postbox = Postbox::new();
    let app = TestApp::with_mailer(postbox.mailer()).await;
    let mut body = registration_body();
    body["locale"] = json!("en");
    body["first_name"] = json!("Buy at evil.example");
    app.anonymous()
        .post("/auth/register", body)
        .await
        .expect(201);
    app.run_jobs().await;
    let letter = postbox.last();
    assert_eq!(letter.header("Subject"), "Confirm your e-mail address");
    assert!(!letter.0.contains("evil") && !letter.text().contains("evil"));
}

#[actix_web::test]
async fn a_registration_that_fails_leaves_no_letter() {
    let (app, postbox, _) = anna().await;
    let again = app
        .anonymous()
        .post("/auth/register", registration_body())
        .await;
    again.refused(409, "already_exists");
    app.run_jobs().await;
    assert_eq!(postbox.letters().len(), 1);
}
