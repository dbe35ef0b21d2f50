//! How often somebody may ask.

use std::collections::BTreeSet;

use api::gate::{RouteClass, Site};
use chrono::TimeDelta;
use domain::text_enum::TextEnum;
use serde_json::{Value, json};

use super::{PROXY, behind_a_proxy};
use crate::support::{Answer, Client, Deployment, TestApp};

async fn limited() -> TestApp {
    TestApp::deployed(Deployment {
        site: Site {
            forces_https: false,
            ..behind_a_proxy()
        },
        rate_limits: true,
        ..Deployment::default()
    })
    .await
}

/// A registration that is looked at, and refused for what it says.
async fn register(client: &Client) -> Answer {
    client
        .post("/auth/register", json!({ "email": "nobody" }))
        .await
}

fn number(answer: &Answer, name: &str) -> u64 {
    answer.header(name).unwrap().parse().unwrap()
}

#[track_caller]
fn refused(answer: &Answer) -> u64 {
    answer.refused(429, "rate_limited");
    assert_eq!(number(answer, "ratelimit-remaining"), 0);
    number(answer, "retry-after")
}

#[actix_web::test]
async fn an_address_registers_ten_times_and_then_as_often_as_the_hour_passes() {
    let app = limited().await;
    let client = app.anonymous().from("203.0.113.9");
    for left in (0..10).rev() {
        let answer = register(&client).await;
        assert_eq!(answer.status, 422);
        assert_eq!(number(&answer, "ratelimit-limit"), 10);
        assert_eq!(number(&answer, "ratelimit-remaining"), left);
        assert_eq!(number(&answer, "ratelimit-reset"), (10 - left) * 360);
    }
    let wait = refused(&register(&client).await);
    assert_eq!(wait, 360);
    app.advance(TimeDelta::seconds(i64::try_from(wait).unwrap() - 1));
    refused(&register(&client).await);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(register(&client).await.status, 422);
    refused(&register(&client).await);
}

#[actix_web::test]
async fn another_address_is_not_held_up_and_another_route_neither() {
    let app = limited().await;
    let client = app.anonymous().from("203.0.113.9");
    while register(&client).await.status != 429 {}
    assert_eq!(
        register(&app.anonymous().from("203.0.113.10")).await.status,
        422
    );
    assert_eq!(client.get("/subjects").await.status, 200);
}

#[actix_web::test]
async fn an_address_that_somebody_makes_up_changes_nothing() {
    let app = limited().await;
    let client = app.anonymous().from("203.0.113.9");
    let mut statuses = Vec::new();
    for i in 0..11 {
        let lie = format!("198.51.100.{i}");
        let liar = client
            .with("x-forwarded-for", &lie)
            .with("forwarded", &format!("for={lie}"))
            .with("x-real-ip", &lie);
        statuses.push(register(&liar).await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    let behind = app.anonymous().from(PROXY);
    let mut statuses = Vec::new();
    for i in 0..11 {
        let way = format!("198.51.100.{i}, 192.0.2.1");
        statuses.push(register(&behind.with("x-forwarded-for", &way)).await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    let other = behind.with("x-forwarded-for", "192.0.2.2");
    assert_eq!(register(&other).await.status, 422);
}

#[actix_web::test]
async fn whoever_has_one_ipv6_address_has_all_beside_it() {
    let app = limited().await;
    let mut last = 0;
    for i in 0..11 {
        let client = app.anonymous().from(&format!("2001:db8:1:2::{i}"));
        last = register(&client).await.status;
    }
    assert_eq!(last, 429);
    let neighbour = app.anonymous().from("2001:db8:1:3::1");
    assert_eq!(register(&neighbour).await.status, 422);
}

#[actix_web::test]
async fn a_user_is_counted_wherever_they_are_and_apart_from_others() {
    let app = limited().await;
    let (anna, boris) = (app.student().await, app.student().await);
    let path = format!("/orders/{}/matches", uuid::Uuid::now_v7());
    let ask = async |who: &Client, peer: &str| who.from(peer).post(&path, Value::Null).await;
    for i in 0..30 {
        let answer = ask(&anna, &format!("203.0.113.{i}")).await;
        assert_eq!(answer.status, 404, "{}", answer.text);
    }
    assert_eq!(refused(&ask(&anna, "198.51.100.7").await), 2);
    assert_eq!(ask(&boris, "203.0.113.1").await.status, 404);
    app.advance(TimeDelta::minutes(1));
    let answer = ask(&anna, "203.0.113.1").await;
    assert_eq!(
        (answer.status, number(&answer, "ratelimit-remaining")),
        (404, 29)
    );
}

#[actix_web::test]
async fn a_request_that_is_refused_for_its_number_asks_the_database_nothing() {
    let app = limited().await;
    let student = app.student().await.from("203.0.113.9");
    let path = format!("/orders/{}/matches", uuid::Uuid::now_v7());
    while student.post(&path, Value::Null).await.status != 429 {}
    let before = app.statements();
    refused(&student.post(&path, Value::Null).await);
    assert_eq!(app.statements() - before, 0);
    // Elsewhere they are let in, and looked up for that.
    student.get("/me").await.expect(200);
    assert!(app.statements() > before);
}

#[actix_web::test]
async fn a_token_whose_session_is_over_is_counted_with_its_user() {
    let app = limited().await;
    let student = app.student().await;
    let path = format!("/orders/{}/matches", uuid::Uuid::now_v7());
    let ask = async |peer: &str| student.from(peer).post(&path, Value::Null).await;
    assert_eq!(ask("203.0.113.1").await.status, 404);
    student.act("/auth/logout").await.expect(204);
    for left in (0..29).rev() {
        let answer = ask(&format!("203.0.113.{left}")).await;
        answer.refused(401, "unauthenticated");
        assert_eq!(number(&answer, "ratelimit-remaining"), left);
    }
    refused(&ask("198.51.100.7").await);
}

/// The router undoes escapes, so `%72egister` is `register`.
#[actix_web::test]
async fn an_escaped_letter_in_the_path_is_counted_like_the_letter() {
    let app = limited().await;
    let client = app.anonymous().from("203.0.113.9");
    let body = json!({ "email": "nobody" });
    for (plain, escaped, limit) in [
        ("/auth/register", "/auth/%72egister", "10"),
        ("/auth/login", "/auth/%6Cogin", "120"),
        ("/auth/refresh", "/%61uth/refresh", "60"),
        ("/auth/password/forgot", "/auth/password/%66orgot", "20"),
        (
            "/auth/verify-email/resend",
            "/auth/verify%2Demail/resend",
            "20",
        ),
    ] {
        for path in [plain, escaped] {
            let answer = client.post(path, body.clone()).await;
            assert!(
                [202, 401, 422].contains(&answer.status),
                "{path}: {}",
                answer.text
            );
            assert_eq!(answer.header("ratelimit-limit"), Some(limit), "{path}");
        }
    }
}

#[actix_web::test]
async fn accounts_of_ones_own_make_no_more_of_them() {
    let app = limited().await;
    let client = app.anonymous().from("203.0.113.9");
    let student = app.student().await.from("203.0.113.9");
    for _ in 0..10 {
        assert_eq!(register(&client).await.status, 422);
    }
    refused(&register(&student).await);
}

#[actix_web::test]
async fn a_bad_token_is_counted_by_its_address() {
    let app = limited().await;
    let client = app.anonymous().from("203.0.113.9").with_token("nonsense");
    for _ in 0..10 {
        register(&client).await.refused(401, "unauthenticated");
    }
    refused(&register(&client).await);
}

#[actix_web::test]
async fn with_the_limits_off_everything_is_counted_and_nothing_refused() {
    let app = TestApp::new().await;
    for left in (0..10).rev().chain([0, 0, 0]) {
        let answer = register(&app.anonymous()).await;
        assert_eq!(
            (answer.status, number(&answer, "ratelimit-remaining")),
            (422, left)
        );
    }
}

/// A class whose route is spelled wrongly would never be counted.
#[test]
fn every_class_has_a_route() {
    let document = crate::support::operations().iter().map(|operation| {
        let pattern = format!("/api/v1{}", operation.path);
        RouteClass::of(&operation.method, Some(&pattern)).as_str()
    });
    let found: BTreeSet<&str> = document.collect();
    for class in RouteClass::ALL {
        assert!(found.contains(class.as_str()), "{class}");
    }
}
