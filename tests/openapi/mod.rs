//! The OpenAPI document: the one in the repository, and what every operation must say.

mod examples;
mod lint;

use std::collections::BTreeSet;

use crate::support::{document, operations};

#[test]
fn the_document_in_the_repository_is_what_the_binary_prints() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept == api::openapi::json().unwrap(), "run `just openapi`");
}

#[test]
fn nothing_of_the_environment_is_in_the_document() {
    let document = document();
    assert!(document.get("servers").is_none());
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn no_two_operations_share_an_id() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        assert!(ids.insert(&operation.id), "{}", operation.name());
    }
}

#[test]
fn every_tag_is_described() {
    let tags = document()["tags"].as_array().unwrap();
    let described: BTreeSet<&str> = tags
        .iter()
        .filter(|tag| !tag["description"].as_str().unwrap().is_empty())
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let used = operations().iter();
    let used: BTreeSet<&str> = used
        .map(|operation| operation.spec["tags"][0].as_str().unwrap())
        .collect();
    assert_eq!(used, described);
}
