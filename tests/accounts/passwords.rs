//! Changing a password, and choosing a new one by a link.

use chrono::TimeDelta;
use persistence::{integer_for_tests, texts_for_tests};
use serde_json::{Value, json};

use super::{PASSWORD, me, refresh, registered, signed_in, text};
use crate::support::{Answer, Postbox, Shot, TestApp, tally};

const NEW: &str = "лампа-и-сова";
const ANNA: &str = "anna@example.org";

async fn change(app: &TestApp, who: &Value, current: &str, new: &str) -> Answer {
    let body = json!({ "current_password": current, "new_password": new });
    let client = app.anonymous().with_token(&text(who, "access_token"));
    client.post("/auth/password", body).await
}

async fn login(app: &TestApp, password: &str) -> Answer {
    let body = json!({ "email": ANNA, "password": password });
    app.anonymous().post("/auth/login", body).await
}

async fn forgot(app: &TestApp, email: &str) {
    let body = json!({ "email": email });
    let answer = app.anonymous().post("/auth/password/forgot", body).await;
    answer.expect(202);
    app.run_jobs().await;
}

async fn reset(app: &TestApp, token: &str, new: &str) -> Answer {
    let body = json!({ "token": token, "new_password": new });
    app.anonymous().post("/auth/password/reset", body).await
}

/// Anna, and where her letters go.
async fn anna() -> (TestApp, Postbox, Value) {
    let postbox = Postbox::new();
    let app = TestApp::with_mailer(postbox.mailer()).await;
    let anna = registered(&app).await;
    app.run_jobs().await;
    // Letters are told apart by their times.
    app.advance(TimeDelta::seconds(1));
    (app, postbox, anna)
}

async fn audited(app: &TestApp) -> Vec<String> {
    let sql = "SELECT actor_kind || ' ' || action FROM audit_events \
               WHERE action NOT IN ('account.created', 'session.started') ORDER BY action";
    texts_for_tests(app.db(), sql).await.unwrap()
}

#[actix_web::test]
async fn a_new_password_replaces_the_old_one_and_ends_every_other_session() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    let laptop = signed_in(&app).await;
    change(&app, &phone, PASSWORD, NEW).await.expect(204);
    me(&app, &phone).await.expect(200);
    refresh(&app, &text(&phone, "refresh_token"))
        .await
        .expect(200);
    me(&app, &laptop).await.refused(401, "unauthenticated");
    let token = text(&laptop, "refresh_token");
    refresh(&app, &token).await.refused(401, "unauthenticated");
    login(&app, PASSWORD)
        .await
        .refused(401, "invalid_credentials");
    login(&app, NEW).await.expect(200);
    let expected = ["user password.changed", "user session.ended"];
    assert_eq!(audited(&app).await, expected);
}

#[actix_web::test]
async fn a_wrong_current_password_changes_nothing_and_counts_as_a_wrong_try() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    let laptop = signed_in(&app).await;
    for _ in 0..10 {
        let answer = change(&app, &phone, "не-та-лампа", NEW).await;
        answer.refused(401, "invalid_credentials");
    }
    let answer = change(&app, &phone, PASSWORD, NEW).await;
    answer.refused(429, "rate_limited");
    assert_eq!(answer.header("retry-after"), Some("900"));
    login(&app, PASSWORD).await.refused(429, "rate_limited");
    me(&app, &laptop).await.expect(200);
    app.advance(TimeDelta::minutes(15));
    login(&app, PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn a_weak_new_password_is_refused_and_the_right_old_one_was_no_wrong_try() {
    let app = TestApp::new().await;
    let phone = registered(&app).await;
    for weak in ["короткий", "Password123", ANNA] {
        let answer = change(&app, &phone, PASSWORD, weak).await;
        assert_eq!(answer.wrong_fields(), ["/new_password"], "{weak}");
    }
    let counted = "SELECT count(*) FROM sign_in_failures";
    assert_eq!(integer_for_tests(app.db(), counted).await.unwrap(), 0);
    login(&app, PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn the_link_of_a_letter_gives_a_new_password_and_ends_every_session() {
    let (app, postbox, anna) = anna().await;
    forgot(&app, " Anna@Example.org").await;
    let letter = postbox.last();
    let (page, token) = letter.link();
    assert_eq!(page, "https://tutors.example.org/reset-password");
    reset(&app, &token, NEW).await.expect(204);
    me(&app, &anna).await.refused(401, "unauthenticated");
    login(&app, PASSWORD)
        .await
        .refused(401, "invalid_credentials");
    login(&app, NEW).await.expect(200);
    let expected = ["user password.reset", "user session.ended"];
    assert_eq!(audited(&app).await, expected);
}

#[actix_web::test]
async fn a_link_is_good_once() {
    let (app, postbox, _) = anna().await;
    forgot(&app, ANNA).await;
    let (_, token) = postbox.last().link();
    reset(&app, &token, NEW).await.expect(204);
    reset(&app, &token, PASSWORD).await.refused(410, "gone");
    login(&app, NEW).await.expect(200);
}

#[actix_web::test]
async fn a_link_is_good_for_an_hour() {
    let (app, postbox, _) = anna().await;
    forgot(&app, ANNA).await;
    let (_, token) = postbox.last().link();
    app.advance(TimeDelta::hours(1));
    reset(&app, &token, NEW).await.refused(410, "gone");
}

#[actix_web::test]
async fn a_newer_link_ends_the_older_one() {
    let (app, postbox, _) = anna().await;
    forgot(&app, ANNA).await;
    let (_, older) = postbox.last().link();
    app.advance(TimeDelta::seconds(1));
    forgot(&app, ANNA).await;
    let (_, newer) = postbox.last().link();
    reset(&app, &older, NEW).await.refused(410, "gone");
    reset(&app, &newer, NEW).await.expect(204);
}

#[actix_web::test]
async fn a_password_that_was_changed_ends_the_links_to_choose_another() {
    let (app, postbox, anna) = anna().await;
    forgot(&app, ANNA).await;
    let (_, token) = postbox.last().link();
    change(&app, &anna, PASSWORD, NEW).await.expect(204);
    reset(&app, &token, "третья-сова-тут")
        .await
        .refused(410, "gone");
}

#[actix_web::test]
async fn a_weak_new_password_leaves_the_link_good() {
    let (app, postbox, _) = anna().await;
    forgot(&app, ANNA).await;
    let (_, token) = postbox.last().link();
    let answer = reset(&app, &token, "Password123").await;
    assert_eq!(answer.wrong_fields(), ["/new_password"]);
    reset(&app, &token, NEW).await.expect(204);
}

#[actix_web::test]
async fn a_password_that_nobody_may_have_is_named_whatever_the_token() {
    let app = TestApp::new().await;
    for weak in ["short", "1234567890"] {
        let answer = reset(&app, "made-up", weak).await;
        assert_eq!(answer.wrong_fields(), ["/new_password"], "{weak}");
    }
}

#[actix_web::test]
async fn a_made_up_token_is_gone_before_anything_is_hashed() {
    let (app, postbox, _) = anna().await;
    // One for another purpose is as good as a made-up one.
    let (_, of_verification) = postbox.last().link();
    let before = app.passwords_hashed();
    for token in ["", "nonsense", &"a".repeat(43), &of_verification] {
        reset(&app, token, NEW).await.refused(410, "gone");
    }
    assert_eq!(app.passwords_hashed(), before);
}

#[actix_web::test]
async fn of_twenty_uses_of_a_link_at_once_one_wins() {
    let (app, postbox, _) = anna().await;
    forgot(&app, ANNA).await;
    let (_, token) = postbox.last().link();
    let body = json!({ "token": token, "new_password": NEW });
    let shot = Shot::post(&None, "/auth/password/reset", &body);
    let served = app.serve();
    let answers = served.at_once(shot.times(20)).await;
    assert_eq!(tally(&answers), [(204, 1), (410, 19)].into());
}

#[actix_web::test]
async fn an_unknown_email_is_answered_alike_and_gets_no_letter() {
    let (app, postbox, _) = anna().await;
    let known = postbox.letters().len();
    let ask = async |email: &str| {
        let before = app.statements();
        let body = json!({ "email": email });
        let answer = app.anonymous().post("/auth/password/forgot", body).await;
        (answer.status, answer.text, app.statements() - before)
    };
    let of_anna = ask(ANNA).await;
    assert_eq!(of_anna.0, 202);
    // What is asked of the database is the same, so the time is alike.
    assert_eq!(ask("nobody@example.org").await, of_anna);
    assert_eq!(ask("no e-mail").await, of_anna);
    app.run_jobs().await;
    assert_eq!(postbox.letters().len(), known + 1);
}

#[actix_web::test]
async fn nobody_is_sent_more_than_five_links_an_hour_and_the_fifth_stays_good() {
    let (app, postbox, _) = anna().await;
    let before = postbox.letters().len();
    for _ in 0..7 {
        app.advance(TimeDelta::minutes(1));
        forgot(&app, ANNA).await;
    }
    assert_eq!(postbox.letters().len() - before, 5);
    let (_, token) = postbox.last().link();
    reset(&app, &token, NEW).await.expect(204);
    app.advance(TimeDelta::hours(1));
    forgot(&app, ANNA).await;
    assert_eq!(postbox.letters().len() - before, 6);
}

#[actix_web::test]
async fn neither_a_token_nor_an_address_lies_in_the_database() {
    let (app, postbox, _) = anna().await;
    forgot(&app, ANNA).await;
    let (_, token) = postbox.last().link();
    let text = if persistence::Reader::is_postgres(app.db()) {
        "row_to_json(t)::text"
    } else {
        "coalesce(data, '') || coalesce(last_error, '')"
    };
    for table in ["mails"] {
        let sql = format!("SELECT {text} FROM {table} t");
        let rows = texts_for_tests(app.db(), &sql).await.unwrap().join("\n");
        assert!(
            rows.contains("token_id") && !rows.contains(&token),
            "{rows}"
        );
        assert!(!rows.contains(ANNA), "{rows}");
    }
    let sql = "SELECT CAST(payload AS text) FROM jobs";
    let jobs = texts_for_tests(app.db(), sql).await.unwrap().join("\n");
    assert!(jobs.contains("issue_mail") && !jobs.contains(&token) && !jobs.contains(ANNA));
}

#[actix_web::test]
async fn a_sign_in_with_the_old_password_beside_its_change_leaves_no_session() {
    let app = TestApp::new().await;
    let anna = registered(&app).await;
    let token = Some(text(&anna, "access_token"));
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    let login = json!({ "email": ANNA, "password": PASSWORD });
    let login = Shot::post(&None, "/auth/login", &login);
    let mut shots = login.times(9);
    shots.insert(4, Shot::post(&token, "/auth/password", &change));
    let served = app.serve();
    let answers = served.at_once(shots).await;
    assert_eq!(answers[4].status, 204, "{}", answers[4].text);
    let live = "SELECT count(*) FROM sessions WHERE ended_at IS NULL";
    assert_eq!(integer_for_tests(app.db(), live).await.unwrap(), 1);
    me(&app, &anna).await.expect(200);
}
