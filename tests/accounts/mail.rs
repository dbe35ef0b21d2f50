//! Sending letters, to a mail server that behaves and to one that doesn't.

use std::time::Duration;

use chrono::TimeDelta;
use persistence::{integer_for_tests, texts_for_tests};
use serde_json::json;
use services::jobs::JobOutcome;
use services::{mail, retention};

use super::registered;
use crate::support::{Behaviour, Deployment, Postbox, SmtpServer, TestApp};

const PATIENT: Duration = Duration::from_secs(20);
const IMPATIENT: Duration = Duration::from_millis(50);

/// What became of the jobs that are due.
async fn outcomes(app: &TestApp) -> Vec<JobOutcome> {
    app.run_jobs().await.iter().map(|run| run.outcome).collect()
}

/// Why the letter was not taken the last time, and how often it was handed over.
async fn notes(app: &TestApp) -> Vec<String> {
    let sql = "SELECT attempts || ' ' || coalesce(last_error, 'sent') FROM mails";
    texts_for_tests(app.db(), sql).await.unwrap()
}

async fn with(server: &SmtpServer, timeout: Duration) -> TestApp {
    let app = TestApp::with_mailer(server.mailer(timeout)).await;
    registered(&app).await;
    app
}

#[actix_web::test]
async fn a_letter_is_sent_over_a_real_conversation_and_its_token_works() {
    let server = SmtpServer::start(Behaviour::Takes).await;
    let app = with(&server, PATIENT).await;
    assert_eq!(outcomes(&app).await, [JobOutcome::Done]);
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].header("To"), "anna@example.org");
    assert_eq!(letters[0].header("Auto-Submitted"), "auto-generated");
    let body = json!({ "token": letters[0].link().1 });
    let verified = app.anonymous().post("/auth/verify-email", body).await;
    verified.expect(204);
    assert_eq!(notes(&app).await, ["1 sent"]);
}

#[actix_web::test]
async fn a_letter_that_is_refused_is_tried_again_later_and_the_refusal_names_nobody() {
    let refusal = Behaviour::Refuses("450 anna@example.org is busy");
    let server = SmtpServer::start(refusal).await;
    let app = with(&server, PATIENT).await;
    assert_eq!(outcomes(&app).await, [JobOutcome::Retried]);
    assert_eq!(notes(&app).await, ["1 the mail server refused it with 450"]);
    assert_eq!(outcomes(&app).await, []);
    server.behave(Behaviour::Takes);
    app.advance(TimeDelta::seconds(10));
    assert_eq!(outcomes(&app).await, [JobOutcome::Done]);
    assert_eq!(notes(&app).await, ["2 sent"]);
    let errors = texts_for_tests(app.db(), "SELECT coalesce(last_error, '') FROM jobs").await;
    assert!(!errors.unwrap().join(" ").contains('@'));
}

#[actix_web::test]
async fn a_letter_that_nobody_takes_is_dead_in_the_end() {
    let server = SmtpServer::start(Behaviour::Refuses("451 not now")).await;
    let app = with(&server, PATIENT).await;
    let mut last = Vec::new();
    for _ in 0..9 {
        last = outcomes(&app).await;
        app.advance(TimeDelta::minutes(15));
    }
    assert_eq!(last, [JobOutcome::Dead]);
    assert_eq!(outcomes(&app).await, []);
    // Nor does housekeeping bring it back.
    let asked = mail::request_untried(app.tools(), &app.scope()).await;
    assert_eq!(asked.unwrap(), 0);
    assert!(server.letters().is_empty());
}

#[actix_web::test]
async fn a_letter_that_is_refused_for_good_is_dead_at_once_and_the_refusal_names_nobody() {
    for code in [550, 551, 553, 554, 556] {
        let answer = format!("{code} 5.1.1 <anna@example.org> is not here");
        let server = SmtpServer::start(Behaviour::Refuses(answer.leak())).await;
        let app = with(&server, PATIENT).await;
        assert_eq!(outcomes(&app).await, [JobOutcome::Dead]);
        let note = format!("1 the mail server refused it with {code}");
        assert_eq!(notes(&app).await, [note]);
        app.advance(TimeDelta::hours(1));
        assert_eq!(outcomes(&app).await, []);
        let errors = texts_for_tests(app.db(), "SELECT coalesce(last_error, '') FROM jobs").await;
        assert!(!errors.unwrap().join(" ").contains('@'));
    }
}

#[actix_web::test]
async fn a_full_mailbox_and_a_wrong_password_of_ours_are_tried_again() {
    for answer in [
        "552 5.2.2 full",
        "535 5.7.8 who are you?",
        "530 5.7.0 sign in",
    ] {
        let server = SmtpServer::start(Behaviour::Refuses(answer)).await;
        let app = with(&server, PATIENT).await;
        assert_eq!(outcomes(&app).await, [JobOutcome::Retried], "{answer}");
        server.behave(Behaviour::Takes);
        app.advance(TimeDelta::seconds(10));
        assert_eq!(outcomes(&app).await, [JobOutcome::Done], "{answer}");
    }
}

#[actix_web::test]
async fn a_letter_that_was_refused_for_good_is_sent_if_an_administrator_has_it_retried() {
    let server = SmtpServer::start(Behaviour::Refuses("550 no such user")).await;
    let app = with(&server, PATIENT).await;
    assert_eq!(outcomes(&app).await, [JobOutcome::Dead]);
    server.behave(Behaviour::Takes);
    let admin = app.admin().await;
    let dead = admin.get("/admin/jobs?state=dead").await.expect(200);
    let path = format!(
        "/admin/jobs/{}/retry",
        dead["items"][0]["id"].as_str().unwrap()
    );
    admin.act(&path).await.expect(200);
    assert_eq!(outcomes(&app).await, [JobOutcome::Done]);
    assert_eq!(server.letters().len(), 1);
}

#[actix_web::test]
async fn a_server_that_hangs_is_given_up_and_one_that_drops_the_connection_is_tried_again() {
    for (behaviour, note) in [
        (Behaviour::Hangs, "1 the mail server did not answer in time"),
        (
            Behaviour::Drops,
            "1 the connection to the mail server failed",
        ),
    ] {
        let server = SmtpServer::start(behaviour).await;
        let timeout = if behaviour == Behaviour::Hangs {
            IMPATIENT
        } else {
            PATIENT
        };
        let app = with(&server, timeout).await;
        assert_eq!(outcomes(&app).await, [JobOutcome::Retried]);
        assert_eq!(notes(&app).await, [note]);
    }
}

#[actix_web::test]
async fn a_letter_whose_answer_was_lost_is_sent_again_under_the_same_id() {
    let server = SmtpServer::start(Behaviour::Drops).await;
    let app = with(&server, PATIENT).await;
    outcomes(&app).await;
    server.behave(Behaviour::Takes);
    app.advance(TimeDelta::seconds(10));
    assert_eq!(outcomes(&app).await, [JobOutcome::Done]);
    let ids: Vec<String> = server
        .letters()
        .iter()
        .map(|letter| letter.header("Message-ID").to_owned())
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[actix_web::test]
async fn without_a_mail_server_letters_wait_in_the_outbox_until_there_is_one() {
    let app = TestApp::new().await;
    registered(&app).await;
    assert_eq!(outcomes(&app).await, [JobOutcome::Done]);
    let waiting = "SELECT count(*) FROM mails WHERE sent_at IS NULL";
    assert_eq!(integer_for_tests(app.db(), waiting).await.unwrap(), 1);
    assert_eq!(
        mail::request_untried(app.tools(), &app.scope())
            .await
            .unwrap(),
        0
    );

    let postbox = Postbox::new();
    let post = app.post_office(postbox.mailer());
    let tools = services::Tools {
        post: &post,
        ..app.tools()
    };
    assert_eq!(mail::request_untried(tools, &app.scope()).await.unwrap(), 1);
    let run = services::jobs::run_due(tools, "with-a-server", crate::support::never).await;
    assert_eq!(run.unwrap().unwrap().outcome, JobOutcome::Done);
    assert_eq!(postbox.letters().len(), 1);
    assert_eq!(mail::request_untried(tools, &app.scope()).await.unwrap(), 0);
}

#[actix_web::test]
async fn a_letter_whose_link_is_over_is_not_sent() {
    let app = TestApp::new().await;
    registered(&app).await;
    app.run_jobs().await;
    app.advance(TimeDelta::days(3));
    let postbox = Postbox::new();
    let post = app.post_office(postbox.mailer());
    let tools = services::Tools {
        post: &post,
        ..app.tools()
    };
    mail::request_untried(tools, &app.scope()).await.unwrap();
    let run = services::jobs::run_due(tools, "with-a-server", crate::support::never).await;
    assert_eq!(run.unwrap().unwrap().outcome, JobOutcome::Done);
    assert!(postbox.letters().is_empty());
    let left = "SELECT count(*) FROM mails";
    assert_eq!(integer_for_tests(app.db(), left).await.unwrap(), 0);
}

#[actix_web::test]
async fn a_link_goes_on_working_after_the_secret_was_followed_by_another() {
    let server = SmtpServer::start(Behaviour::Takes).await;
    let app = TestApp::deployed(Deployment {
        mailer: server.mailer(PATIENT),
        ..Deployment::default()
    })
    .await;
    registered(&app).await;
    let post = services::mail::PostOffice {
        secrets: crate::support::signing_secrets(&[
            "a newer secret of at least thirty-two bytes",
            "a secret of at least thirty-two bytes",
        ]),
        ..app.post_office(server.mailer(PATIENT))
    };
    let tools = services::Tools {
        post: &post,
        ..app.tools()
    };
    let run = services::jobs::run_due(tools, "after-rotation", crate::support::never).await;
    assert_eq!(run.unwrap().unwrap().outcome, JobOutcome::Done);
    let body = json!({ "token": server.letters()[0].link().1 });
    let verified = app.anonymous().post("/auth/verify-email", body).await;
    verified.expect(204);
}

#[actix_web::test]
async fn tokens_are_deleted_an_hour_after_their_end_and_letters_after_a_week() {
    let app = TestApp::new().await;
    registered(&app).await;
    let count = async |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        integer_for_tests(app.db(), &sql).await.unwrap()
    };
    app.advance(TimeDelta::days(3) + TimeDelta::hours(1) - TimeDelta::seconds(1));
    retention::purge(app.db(), &app.scope()).await.unwrap();
    assert_eq!(count("one_time_tokens").await, 1);
    app.advance(TimeDelta::seconds(1));
    retention::purge(app.db(), &app.scope()).await.unwrap();
    assert_eq!(
        (count("one_time_tokens").await, count("mails").await),
        (0, 1)
    );
    app.advance(TimeDelta::days(4));
    retention::purge(app.db(), &app.scope()).await.unwrap();
    assert_eq!(count("mails").await, 0);
}
