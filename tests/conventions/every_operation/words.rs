//! The words of a refusal, and the id of its request.

use serde_json::Value;

use super::Scene;
use crate::support::operations;

fn is_russian(text: &Value) -> bool {
    let text = text.as_str().unwrap();
    assert!(!text.is_empty());
    text.chars().any(|c| ('а'..='я').contains(&c))
}

#[actix_web::test]
async fn a_refusal_is_worded_in_the_language_of_the_caller() {
    let scene = Scene::new().await;
    for operation in operations() {
        let client = scene.caller(operation);
        let mut codes = Vec::new();
        for (languages, language) in [("", "ru"), ("en", "en"), ("ru", "ru"), ("de", "ru")] {
            let client = client.with("accept-language", languages);
            let answer = scene.ask(&client, operation, "?colour=red").await;
            let problem = answer.json();
            for text in [&problem["title"], &problem["detail"]] {
                assert_eq!(
                    is_russian(text),
                    language == "ru",
                    "{}: {text}",
                    operation.name()
                );
            }
            for error in problem["errors"].as_array().into_iter().flatten() {
                assert_eq!(is_russian(&error["detail"]), language == "ru", "{error}");
            }
            assert_eq!(answer.header("content-language"), Some(language));
            codes.push(problem["code"].clone());
        }
        codes.dedup();
        assert_eq!(codes.len(), 1, "{}", operation.name());
    }
}

#[actix_web::test]
async fn every_answer_bears_the_id_of_its_request() {
    let scene = Scene::new().await;
    for operation in operations() {
        let client = scene.caller(operation);
        for query in ["", "?colour=red"] {
            let named = client.with("x-request-id", "~trace/42!");
            let answer = scene.ask(&named, operation, query).await;
            assert_eq!(
                answer.header("x-request-id"),
                Some("~trace/42!"),
                "{}",
                operation.name()
            );
            // That a problem names it too is looked at in every answer of every test.
            let answer = scene.ask(&client, operation, query).await;
            let made = answer.header("x-request-id").unwrap();
            assert!(uuid::Uuid::parse_str(made).is_ok(), "{made}");
        }
    }
}
