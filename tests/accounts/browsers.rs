//! The refresh token in a cookie, for browsers.

use api::gate::{AllowedHosts, Origins, Site};
use serde_json::{Value, json};

use super::{PASSWORD, registered, registration_body, text};
use crate::support::{Answer, Client, Deployment, TestApp};

const PAGE: &str = "https://app.tutors.test";
/// Thirty days.
const LIFE: i64 = 30 * 24 * 3600;

async fn app_with(has_secure_cookies: bool) -> TestApp {
    let deployment = Deployment::default();
    TestApp::deployed(Deployment {
        site: Site {
            allowed_hosts: AllowedHosts::parse(["*"]).unwrap(),
            csrf_origins: Origins::parse([PAGE]).unwrap(),
            has_secure_cookies,
            ..deployment.site
        },
        ..Deployment::default()
    })
    .await
}

async fn app() -> TestApp {
    app_with(true).await
}

fn page(app: &TestApp) -> Client {
    app.anonymous().with("origin", PAGE)
}

/// The cookie's value, and what is said of it.
fn cookie(answer: &Answer) -> (String, Vec<String>) {
    let header = answer.header("set-cookie").expect("a cookie is set");
    let mut parts = header.split("; ").map(str::to_owned);
    let value = parts.next().unwrap();
    let mut attributes: Vec<String> = parts.collect();
    attributes.sort();
    (value, attributes)
}

async fn login(client: &Client) -> Answer {
    let body = json!({ "email": "anna@example.org", "password": PASSWORD });
    client.post("/auth/login?cookie=true", body).await
}

/// Anna signed in by her browser: her answer, and her cookie.
async fn anna(app: &TestApp) -> (Value, String) {
    registered(app).await;
    let answer = login(&page(app)).await;
    (answer.expect(200), cookie(&answer).0)
}

#[actix_web::test]
async fn registering_and_signing_in_put_the_token_into_a_cookie_and_nowhere_else() {
    let app = app().await;
    let path = "/auth/register?cookie=true";
    let register = page(&app).post(path, registration_body()).await;
    register.expect(201);
    let login = login(&page(&app)).await;
    login.expect(200);
    for answer in [register, login] {
        let (value, attributes) = cookie(&answer);
        let token = value.strip_prefix("__Host-refresh=").unwrap();
        assert_eq!(token.len(), 43);
        let max_age = format!("Max-Age={LIFE}");
        let expected = ["HttpOnly", &max_age, "Path=/", "SameSite=Strict", "Secure"];
        assert_eq!(attributes, expected);
        assert!(answer.json().get("refresh_token").is_none());
        assert!(!answer.text.contains(token));
    }
}

#[actix_web::test]
async fn a_cookie_is_exchanged_for_the_next_one() {
    let app = app().await;
    let (_, first) = anna(&app).await;
    let browser = page(&app).with("cookie", &format!("theme=dark; {first}"));
    let answer = browser.act("/auth/refresh").await;
    let body = answer.expect(200);
    assert!(body.get("refresh_token").is_none());
    let (next, _) = cookie(&answer);
    assert_ne!(next, first);
    let client = app.anonymous().with_token(&text(&body, "access_token"));
    client.get("/me").await.expect(200);
}

#[actix_web::test]
async fn signing_out_by_the_cookie_ends_its_session_and_clears_it() {
    let app = app().await;
    let (anna, cookie_of_anna) = anna(&app).await;
    let browser = page(&app).with("cookie", &cookie_of_anna);
    let client = browser.with_token(&text(&anna, "access_token"));
    let answer = client.act("/auth/logout").await;
    answer.expect(204);
    let (value, attributes) = cookie(&answer);
    assert_eq!(value, "__Host-refresh=");
    let expected = [
        "HttpOnly",
        "Max-Age=0",
        "Path=/",
        "SameSite=Strict",
        "Secure",
    ];
    assert_eq!(attributes, expected);
    let again = browser.act("/auth/refresh").await;
    again.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_page_that_is_not_trusted_neither_gets_nor_uses_a_cookie() {
    let app = app().await;
    let (anna, cookie_of_anna) = anna(&app).await;
    let nobody = app.anonymous();
    let pages = [
        "https://evil.example",
        "https://app.tutors.test.evil.example",
        "https://app.tutors.test:8443",
        "http://app.tutors.test",
        "https://APP.tutors.test",
        "https://app.tutors.test/",
        "null",
    ];
    let strangers = pages.map(|origin| nobody.with("origin", origin));
    let twice = page(&app).with("origin", "https://evil.example");
    for stranger in strangers.iter().chain([&nobody, &twice]) {
        let path = "/auth/register?cookie=true";
        let mut body = registration_body();
        body["email"] = json!("boris@example.org");
        for answer in [
            stranger.post(path, body).await,
            login(stranger).await,
            stranger
                .with("cookie", &cookie_of_anna)
                .act("/auth/refresh")
                .await,
            stranger
                .with("cookie", &cookie_of_anna)
                .with_token(&text(&anna, "access_token"))
                .act("/auth/logout")
                .await,
        ] {
            answer.refused(403, "untrusted_origin");
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    let browser = page(&app).with("cookie", &cookie_of_anna);
    browser.act("/auth/refresh").await.expect(200);
}

#[actix_web::test]
async fn an_untrusted_page_is_refused_before_its_body_is_looked_at() {
    let app = app().await;
    let answer = app
        .anonymous()
        .post("/auth/login?cookie=true", json!({}))
        .await;
    answer.refused(403, "untrusted_origin");
}

#[actix_web::test]
async fn a_token_in_the_body_wins_over_the_cookie_and_needs_no_origin() {
    let app = app().await;
    let (_, of_browser) = anna(&app).await;
    let body = json!({ "email": "anna@example.org", "password": PASSWORD });
    let phone = app.anonymous().post("/auth/login", body).await.expect(200);
    let body = json!({ "refresh_token": phone["refresh_token"] });
    let both = app.anonymous().with("cookie", &of_browser);
    let answer = both.post("/auth/refresh", body).await;
    assert_ne!(answer.expect(200)["refresh_token"], Value::Null);
    assert_eq!(answer.header("set-cookie"), None);
    // The cookie was not used.
    let browser = page(&app).with("cookie", &of_browser);
    browser.act("/auth/refresh").await.expect(200);
}

#[actix_web::test]
async fn without_a_token_anywhere_there_is_nothing_to_exchange() {
    let app = app().await;
    let answer = page(&app).act("/auth/refresh").await;
    answer.refused(401, "unauthenticated");
    let empty = page(&app).with("cookie", "__Host-refresh=");
    let answer = empty.act("/auth/refresh").await;
    answer.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn over_http_on_ones_own_machine_the_cookie_is_a_plain_one() {
    let app = app_with(false).await;
    registered(&app).await;
    let answer = login(&page(&app)).await;
    answer.expect(200);
    let (value, attributes) = cookie(&answer);
    assert!(value.starts_with("refresh="), "{value}");
    assert!(!attributes.contains(&"Secure".to_owned()), "{attributes:?}");
    let browser = page(&app).with("cookie", &value);
    browser.act("/auth/refresh").await.expect(200);
}

#[actix_web::test]
async fn the_plain_cookie_is_none_where_cookies_are_secure() {
    let app = app().await;
    let (_, value) = anna(&app).await;
    let plain = value.replace("__Host-", "");
    let answer = page(&app).with("cookie", &plain).act("/auth/refresh").await;
    answer.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_cookie_is_wanted_or_not() {
    let app = app().await;
    let body = registration_body();
    for wrong in ["perhaps", "", "1"] {
        let path = format!("/auth/register?cookie={wrong}");
        let answer = page(&app).post(&path, body.clone()).await;
        assert_eq!(answer.wrong_fields(), ["cookie"], "{wrong}");
    }
    let answer = app
        .anonymous()
        .post("/auth/register?cookie=false", body)
        .await;
    assert_ne!(answer.expect(201)["refresh_token"], Value::Null);
    assert_eq!(answer.header("set-cookie"), None);
}
