//! CORS: which pages' scripts may read answers.

use actix_web::http::Method;
use api::gate::{Origins, Site};

use super::{app_of, behind_a_proxy};
use crate::support::{Client, TestApp};

const OURS: &str = "https://app.tutors.test";
const ALLOWED: &str = "access-control-allow-origin";

async fn open_to_one_front_end() -> TestApp {
    app_of(Site {
        cors_origins: Origins::parse([OURS]).unwrap(),
        forces_https: false,
        ..behind_a_proxy()
    })
    .await
}

fn page(app: &TestApp, origin: &str) -> Client {
    app.anonymous().with("origin", origin)
}

#[actix_web::test]
async fn our_front_end_reads_every_answer_and_its_headers() {
    let app = open_to_one_front_end().await;
    for (path, status) in [
        ("/subjects", 200),
        ("/me", 401),
        ("/nowhere", 404),
        ("/tutors?colour=red", 422),
    ] {
        let answer = page(&app, OURS).get(path).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header(ALLOWED), Some(OURS), "{path}");
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            Some("true")
        );
        let shown = answer
            .header("access-control-expose-headers")
            .unwrap()
            .to_lowercase();
        for name in [
            "etag",
            "location",
            "x-request-id",
            "retry-after",
            "ratelimit-remaining",
        ] {
            assert!(shown.contains(name), "{shown}");
        }
        assert!(
            answer
                .header("vary")
                .unwrap()
                .to_lowercase()
                .contains("origin")
        );
    }
}

#[actix_web::test]
async fn another_page_gets_no_word_that_its_scripts_may_read_on() {
    let app = open_to_one_front_end().await;
    for origin in [
        "https://evil.test",
        "null",
        "http://app.tutors.test",
        "https://app.tutors.test:8443",
        "https://app.tutors.test.evil.test",
        "https://sub.app.tutors.test",
    ] {
        let answer = page(&app, origin).get("/subjects").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header(ALLOWED), None, "{origin}");
    }
}

#[actix_web::test]
async fn a_preflight_says_what_our_front_end_may_send_and_needs_no_token() {
    let app = open_to_one_front_end().await;
    let ask = page(&app, OURS)
        .with("access-control-request-method", "PATCH")
        .with(
            "access-control-request-headers",
            "authorization,content-type,if-match,idempotency-key",
        );
    let answer = ask.send(Method::OPTIONS, "/me", None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header(ALLOWED), Some(OURS));
    assert!(
        answer
            .header("access-control-allow-methods")
            .unwrap()
            .contains("PATCH")
    );
    let refused = page(&app, "https://evil.test").with("access-control-request-method", "PATCH");
    let answer = refused.send(Method::OPTIONS, "/me", None).await;
    answer.refused(403, "untrusted_origin");
    assert_eq!(answer.header(ALLOWED), None);
}

#[actix_web::test]
async fn without_a_list_nobody_reads() {
    let app = TestApp::new().await;
    let answer = page(&app, OURS).get("/subjects").await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (200, None));
}

#[test]
fn a_list_of_origins_takes_origins_alone() {
    for wrong in [
        "",
        "*",
        "https://*.tutors.test",
        "app.tutors.test",
        "https://app.tutors.test/path",
        "https://a:b@app.tutors.test",
        "ftp://app.tutors.test",
        "null",
    ] {
        assert!(Origins::parse([wrong]).is_err(), "{wrong}");
    }
    let same = Origins::parse(["https://App.Tutors.Test:443/"]).unwrap();
    assert!(same.contains(OURS));
}
