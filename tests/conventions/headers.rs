//! Headers that every answer has: the request's id, and what protects a browser.

use crate::support::TestApp;

#[actix_web::test]
async fn a_request_id_is_accepted_and_echoed() {
    let app = TestApp::new().await;
    for id in ["a", "~trace/42!", &"x".repeat(128)] {
        let answer = app
            .anonymous()
            .with("x-request-id", id)
            .get("/subjects")
            .await;
        assert_eq!(answer.header("x-request-id"), Some(id));
    }
}

#[actix_web::test]
async fn a_request_without_an_id_gets_one_of_its_own() {
    let app = TestApp::new().await;
    let first = app.anonymous().get("/subjects").await;
    let second = app.anonymous().get("/subjects").await;
    let (first, second) = (first.header("x-request-id"), second.header("x-request-id"));
    assert!(first.is_some_and(|id| !id.is_empty()));
    assert_ne!(first, second);
}

#[actix_web::test]
async fn a_request_id_that_could_break_a_log_is_replaced() {
    let app = TestApp::new().await;
    for id in ["", "two words", "tab\there", &"x".repeat(129)] {
        let answer = app
            .anonymous()
            .with("x-request-id", id)
            .get("/subjects")
            .await;
        let given = answer.header("x-request-id").unwrap();
        assert_ne!(given, id);
        assert!(!given.is_empty());
    }
}

#[actix_web::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let app = TestApp::new().await;
    for path in ["/subjects", "/nowhere", "/me", "!/openapi.json", "!/docs/"] {
        let answer = app.anonymous().get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        let expected = if path.starts_with("!/docs") {
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
        } else {
            "default-src 'none'; frame-ancestors 'none'"
        };
        assert_eq!(policy, expected, "{path}");
    }
}

#[actix_web::test]
async fn answers_are_not_kept_by_caches() {
    let app = TestApp::new().await;
    let student = app.student().await;
    for path in ["/me", "/subjects", "/nowhere"] {
        let answer = student.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}
