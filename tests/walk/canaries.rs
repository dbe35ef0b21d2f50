//! Secrets, e-mails and phone numbers are sent in every place that takes a text; none comes out in a
//! log, however much is logged, in a metric, a problem document or the audit trail.

use persistence::{Db, DbConfig, texts_for_tests};
use reqwest::Method;
use serde_json::json;

use super::process::{Running, asked};
use super::serving::environment;
use super::visitor::Visitor;
use crate::support::{Answer, TestDatabase, order_body, profile_body};

const EMAIL: &str = "canary.mail@birds.example.org";
const PHONE: &str = "+79160001122";
const PASSWORD: &str = "canary-password-сова";
const WRONG: &str = "canary-wrong-password";
const SECRETS: [&str; 9] = [
    "canary",
    "birds.example.org",
    "79160001122",
    "сова",
    // What the environment holds.
    "thirty-two bytes",
    "whsec_walk",
    // What was issued: the beginning of every token of ours, and of what it stands behind.
    "eyJ0eXAi",
    "eyJhbGci",
    "Bearer ",
];

#[track_caller]
fn assert_clean(what: &str, text: &str, also: &[&str]) {
    for secret in SECRETS.iter().chain(also) {
        if let Some(at) = text.find(secret) {
            let around: String = text[..at].chars().rev().take(300).collect();
            let around: String = around.chars().rev().collect();
            panic!("{secret:?} is in {what}: …{around}{secret}…");
        }
    }
}

/// Refusals of all kinds, with canaries in every place that a request has.
async fn refusals(site: &Visitor, known: &Visitor) -> Vec<Answer> {
    let bodies = [
        json!({ "email": EMAIL, "password": WRONG }),
        json!({ "email": "canary@nobody.example.org", "password": WRONG }),
        json!({ "email": [EMAIL], "password": { "canary": WRONG } }),
        json!({ "refresh_token": "canary-refresh" }),
        json!({ "email": EMAIL, "password": PASSWORD, "role": "canary", "first_name": "<canary>",
                "last_name": PHONE }),
    ];
    let mut answers = Vec::new();
    for path in ["/auth/login", "/auth/register", "/auth/refresh"] {
        for body in &bodies {
            answers.push(site.post(path, body.clone()).await);
        }
        let query = format!("{path}?token=canary-query");
        answers.push(site.post(&query, bodies[0].clone()).await);
    }
    for value in ["canary", "canary@", "8 (916) 000-11-22 canary", EMAIL] {
        let body = json!({ "phone": value, "time_zone": value, "locale": value });
        answers.push(known.ask(Method::PATCH, "/me", &[], Some(body)).await);
    }
    for (name, value) in [
        ("authorization", "Bearer canary.token.here"),
        ("authorization", "Basic Y2FuYXJ5"),
        ("cookie", "refresh=canary-cookie"),
        ("idempotency-key", "canary key"),
        ("stripe-signature", "t=1,v1=canary-signature"),
        ("if-match", "canary-tag"),
        ("host", "canary.birds.example.org"),
    ] {
        for path in ["/me", "/orders", "/payments/webhook"] {
            let body = Some(order_body());
            answers.push(site.ask(Method::POST, path, &[(name, value)], body).await);
        }
    }
    answers
}

#[actix_web::test]
async fn what_is_nobodys_business_comes_out_nowhere() {
    let database = TestDatabase::empty().await;
    let folder = tempfile::tempdir().unwrap();
    let mut env = environment(database.url()).to_vec();
    env.extend([
        ("RUST_LOG", "trace"),
        ("FRONTEND_URL", "http://127.0.0.1:9"),
    ]);
    let mut process = Running::start(folder.path(), &["serve"], &env);
    let site = Visitor::anonymous(&process.logged_address().await);
    let operations = process.logged_after("health on http://").await;

    let student = site.register("student", EMAIL, PASSWORD).await;
    let patch = json!({ "phone": PHONE });
    let me = student
        .visitor
        .ask(Method::PATCH, "/me", &[], Some(patch))
        .await;
    assert_eq!(me.expect(200)["phone"], PHONE);
    let tutor = site
        .register("tutor", "tutor.canary@birds.example.org", PASSWORD)
        .await;
    tutor
        .visitor
        .post("/me/tutor-profile", profile_body())
        .await
        .expect(201);
    student
        .visitor
        .post("/orders", order_body())
        .await
        .expect(201);
    tutor
        .visitor
        .post("/payments/checkout", json!({ "type": "premium" }))
        .await
        .expect(201);
    let again = site.refresh(&student.refresh_token).await.expect(200);
    let refresh_token = again["refresh_token"].as_str().unwrap().to_owned();
    student
        .visitor
        .post("/auth/logout", json!({ "all": true }))
        .await
        .expect(204);

    let tokens = [
        student.refresh_token.as_str(),
        refresh_token.as_str(),
        tutor.refresh_token.as_str(),
    ];
    let known = site.login(EMAIL, PASSWORD).await.visitor;
    for answer in refusals(&site, &known).await {
        assert!(answer.status >= 400, "{}", answer.text);
        assert_clean("a problem document", &answer.text, &tokens);
    }
    assert_clean(
        "the metrics",
        &asked(&operations, "/metrics").await,
        &tokens,
    );
    let log = process.log();
    assert!(
        log.contains("/api/v1/auth/login") && log.contains("DEBUG"),
        "nothing was logged"
    );
    assert_clean("the log", &log, &tokens);
    process.terminate().await;
    let db = DbConfig {
        url: database.url().to_owned(),
        max_connections: 1,
        schema: None,
    };
    let db = Db::connect(&db).await.unwrap();
    let sql = "SELECT action || ' ' || object_type || ' ' || object_id || ' ' || \
               coalesce(CAST(before AS text), '') || ' ' || coalesce(CAST(after AS text), '') || ' ' || \
               coalesce(request_id, '') FROM audit_events";
    let trail = texts_for_tests(&db, sql).await.unwrap();
    assert!(trail.len() >= 2, "{trail:?}");
    assert_clean("the audit trail", &trail.join("\n"), &tokens);
}
