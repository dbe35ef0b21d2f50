//! The OpenAPI document: the one in the repository, and what every operation must say.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(&api::openapi::json().unwrap()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| {
                    (
                        format!("{} {path}", method.to_uppercase()),
                        operation.clone(),
                    )
                })
        })
        .collect()
}

#[test]
fn the_document_in_the_repository_is_what_the_binary_prints() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept == api::openapi::json().unwrap(), "run `just openapi`");
}

#[test]
fn every_operation_is_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        for part in ["operationId", "summary", "description"] {
            let text = operation[part].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{name} has no {part}");
        }
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{name}"
        );
        assert!(
            ids.insert(operation["operationId"].to_string()),
            "{name} shares its id"
        );
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses {
            let is_problem = response["content"]
                .get("application/problem+json")
                .is_some();
            assert_eq!(is_problem, status.as_str() >= "400", "{name} {status}");
        }
    }
}

#[test]
fn nothing_of_the_environment_is_in_the_document() {
    let document = document();
    assert!(document.get("servers").is_none());
    assert_eq!(document["openapi"], "3.1.0");
}
