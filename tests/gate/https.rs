//! HTTPS: what came in plain text is redirected or refused, and only our proxies can say how it came.

use actix_web::http::Method;

use super::{PROXY, app_of, behind_a_proxy};
use crate::support::{Client, HOST, operations};

const HSTS: &str = "strict-transport-security";

/// Whether an answer says that the request came over HTTPS.
async fn came_over_https(client: &Client) -> bool {
    let answer = client.get("/subjects").await;
    let is_https = answer.status == 200;
    assert!(is_https || answer.status == 308, "{}", answer.text);
    assert_eq!(answer.header(HSTS).is_some(), is_https);
    is_https
}

#[actix_web::test]
async fn only_a_trusted_proxy_says_how_a_request_came_and_the_last_word_counts() {
    let app = app_of(behind_a_proxy()).await;
    let cases: [(&[(&str, &str)], bool); 22] = [
        (&[], false),
        (&[("x-forwarded-proto", "https")], true),
        (&[("x-forwarded-proto", "HTTPS")], true),
        (&[("x-forwarded-proto", "http")], false),
        (&[("x-forwarded-proto", "")], false),
        (&[("x-forwarded-proto", "wss")], false),
        (&[("x-forwarded-proto", "https, http")], false),
        (&[("x-forwarded-proto", "http, https")], true),
        (
            &[
                ("x-forwarded-proto", "https"),
                ("x-forwarded-proto", "http"),
            ],
            false,
        ),
        (
            &[
                ("x-forwarded-proto", "http"),
                ("x-forwarded-proto", "https"),
            ],
            true,
        ),
        (&[("forwarded", "proto=https")], true),
        (&[("forwarded", "for=192.0.2.1; Proto=\"https\"")], true),
        (&[("forwarded", "for=192.0.2.1")], false),
        (&[("forwarded", "proto=https, for=192.0.2.1")], false),
        (&[("forwarded", "proto=https, proto=http")], false),
        (
            &[("forwarded", "proto=http"), ("forwarded", "proto=https")],
            true,
        ),
        (&[("forwarded", "for=\"a,proto=https")], false),
        (&[("forwarded", "for=\"x;proto=https\"")], false),
        (
            &[("forwarded", "proto=https"), ("x-forwarded-proto", "https")],
            true,
        ),
        (
            &[("forwarded", "proto=https"), ("x-forwarded-proto", "http")],
            false,
        ),
        (
            &[
                ("forwarded", "for=192.0.2.1"),
                ("x-forwarded-proto", "https"),
            ],
            false,
        ),
        (
            &[("x-forwarded-ssl", "on"), ("front-end-https", "on")],
            false,
        ),
    ];
    for (headers, expected) in cases {
        let client = headers
            .iter()
            .fold(app.anonymous(), |client, (name, value)| {
                client.with(name, value)
            });
        for peer in [PROXY, "fd00::7", "::ffff:10.1.2.3"] {
            let is_https = came_over_https(&client.from(peer)).await;
            assert_eq!(is_https, expected, "{headers:?} from {peer}");
        }
        for peer in ["203.0.113.9", "2001:db8::9", "11.0.0.1"] {
            let is_https = came_over_https(&client.from(peer)).await;
            assert!(!is_https, "{headers:?} from {peer}");
        }
        assert!(!came_over_https(&client).await, "{headers:?} from nowhere");
    }
}

#[actix_web::test]
async fn plain_text_is_redirected_if_it_only_asks_and_refused_if_it_brings_something() {
    let app = app_of(behind_a_proxy()).await;
    let plain = app.anonymous().from(PROXY);
    for operation in operations() {
        let path = operation.path.replace("{id}", "7");
        let answer = plain.send(operation.method.clone(), &path, None).await;
        if operation.method == Method::GET {
            let there = format!("https://{HOST}/api/v1{path}");
            assert_eq!(answer.status, 308, "{path}");
            assert_eq!(answer.header("location"), Some(there.as_str()));
        } else {
            answer.refused(403, "https_required");
        }
    }
    let head = plain.send(Method::HEAD, "/subjects?a=%20b", None).await;
    assert_eq!(head.status, 308);
    let there = format!("https://{HOST}/api/v1/subjects?a=%20b");
    assert_eq!(head.header("location"), Some(there.as_str()));
}

#[actix_web::test]
async fn a_redirect_leads_to_the_name_that_was_checked_and_to_the_usual_port() {
    let app = app_of(behind_a_proxy()).await;
    let client = app
        .anonymous()
        .from(PROXY)
        .with("host", "API.Tutors.Test:8080");
    let client = client.with("x-forwarded-host", "evil.test");
    let answer = client.get("!//evil.test/").await;
    let there = answer.header("location").unwrap();
    assert!(there.starts_with(&format!("https://{HOST}/")), "{there}");
    client
        .with("host", "evil.test")
        .get("/subjects")
        .await
        .refused(400, "unknown_host");
}

#[actix_web::test]
async fn hsts_lasts_a_year_for_all_below_us_and_goes_out_over_https_alone() {
    let app = app_of(behind_a_proxy()).await;
    let secure = app
        .anonymous()
        .from(PROXY)
        .with("x-forwarded-proto", "https");
    let promise = Some("max-age=31536000; includeSubDomains; preload");
    for path in ["/subjects", "/me", "/nowhere", "!/docs/", "!/openapi.json"] {
        assert_eq!(secure.get(path).await.header(HSTS), promise, "{path}");
        let plain = app.anonymous().from(PROXY).get(path).await;
        assert_eq!(plain.header(HSTS), None, "{path}");
    }
}
