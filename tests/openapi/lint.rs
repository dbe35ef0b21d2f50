//! What each operation must say, and that the lint would notice if it did not.

use std::collections::BTreeSet;

use actix_web::http::Method;
use api::problem::Code;
use domain::text_enum::TextEnum;
use serde_json::{Value, json};

use crate::support::{Operation, operations};

const JSON: &str = "application/json";
/// Done, and accepted: there is nothing to say of it.
const BODILESS: [&str; 2] = ["202", "204"];
const PROBLEM: &str = "application/problem+json";

/// What is missing in an operation, or wrong.
fn complaints(operation: &Operation) -> Vec<String> {
    let mut complaints = Vec::new();
    let spec = &operation.spec;
    for part in ["operationId", "summary", "description"] {
        if spec[part].as_str().is_none_or(str::is_empty) {
            complaints.push(format!("no {part}"));
        }
    }
    if spec["tags"].as_array().map(Vec::len) != Some(1) {
        complaints.push("not one tag".into());
    }
    complain_of_security(spec, &mut complaints);
    if let Some(body) = spec.get("requestBody") {
        complain_of_content(body, JSON, "request", &mut complaints);
    }
    for (status, answer) in spec["responses"].as_object().unwrap() {
        if answer["description"].as_str().is_none_or(str::is_empty) {
            complaints.push(format!("{status} is not described"));
        }
        match status.as_bytes() {
            [b'2', ..] if !BODILESS.contains(&status.as_str()) => {
                complain_of_content(answer, JSON, status, &mut complaints);
            }
            [b'4' | b'5', ..] => complain_of_codes(status, answer, &mut complaints),
            _ => {}
        }
    }
    complain_of_company(operation, &mut complaints);
    complaints
}

/// Bearer with the roles that may, or none, said aloud.
fn complain_of_security(spec: &Value, complaints: &mut Vec<String>) {
    let roles = ["student", "tutor", "admin"];
    let is_known = |requirement: &Value| {
        let named = requirement["bearer"].as_array();
        named.is_some_and(|named| named.iter().all(|role| roles.iter().any(|r| role == r)))
    };
    let requirements = spec["security"].as_array();
    if requirements.is_none_or(|requirements| !requirements.iter().all(is_known)) {
        complaints.push("security is neither bearer nor none".into());
    }
}

fn complain_of_content(of: &Value, kind: &str, place: &str, complaints: &mut Vec<String>) {
    let content = &of["content"][kind];
    for part in ["schema", "example"] {
        if content.get(part).is_none() {
            complaints.push(format!("{place} has no {part}"));
        }
    }
}

/// A refusal names its codes, in words and by examples, and they go with its status.
fn complain_of_codes(status: &str, answer: &Value, complaints: &mut Vec<String>) {
    let content = &answer["content"][PROBLEM];
    if content["schema"]["$ref"] != "#/components/schemas/ProblemDocument" {
        complaints.push(format!("{status} is no problem document"));
    }
    let shown: BTreeSet<&str> = content["examples"]
        .as_object()
        .into_iter()
        .flat_map(|examples| examples.keys().map(String::as_str))
        .collect();
    let words = answer["description"].as_str().unwrap_or_default();
    let named: BTreeSet<&str> = words
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| Code::from_text(word).is_some())
        .collect();
    if shown.is_empty() || shown != named {
        complaints.push(format!("{status} names {named:?} and shows {shown:?}"));
    }
    let fits =
        |code: &&str| Code::from_text(code).is_some_and(|code| code.status().as_str() == status);
    if !shown.iter().all(fits) {
        complaints.push(format!("{status} has a code of another status"));
    }
}

/// Parts that go together.
fn complain_of_company(operation: &Operation, complaints: &mut Vec<String>) {
    let has = |status| operation.answer(status).is_some();
    let names_tag = |status| {
        operation
            .answer(status)
            .is_some_and(|a| a["headers"]["ETag"].is_object())
    };
    let mut both = |one: bool, other: bool, what: &str| {
        if one != other {
            complaints.push(format!("one without the other: {what}"));
        }
    };
    let has_id = operation.path.contains("{id}");
    both(
        has_id,
        operation.requires("path", "id"),
        "an id in the path",
    );
    both(
        operation.requires("header", "If-Match"),
        has(428),
        "If-Match and 428",
    );
    both(
        operation.takes("header", "If-Match"),
        has(412),
        "If-Match and 412",
    );
    both(
        operation.takes("header", "If-None-Match"),
        has(304),
        "If-None-Match and 304",
    );
    if operation.method == Method::GET {
        both(names_tag(200), has(304), "ETag and 304");
    }
    let takes_key = operation.takes("header", "Idempotency-Key");
    both(
        takes_key,
        operation.codes(422).contains("idempotency_mismatch"),
        "key and mismatch",
    );
    both(
        operation.is_list(),
        operation.takes("query", "cursor"),
        "limit and cursor",
    );
    both(
        operation.is_public(),
        operation.spec["security"] == json!([]),
        "public and none",
    );
    let forbids = operation.codes(403).contains("forbidden");
    both(!operation.roles().is_empty(), forbids, "roles and 403");
}

#[test]
fn every_operation_says_all_that_it_must() {
    for operation in operations() {
        assert_eq!(
            complaints(operation),
            Vec::<String>::new(),
            "{}",
            operation.name()
        );
    }
}

#[test]
fn the_lint_notices_whatever_is_missing() {
    let find = |id: &str| operations().iter().find(|o| o.id == id).unwrap();
    let update = find("update_order");
    for (pointer, part) in [
        ("", "operationId"),
        ("", "summary"),
        ("", "description"),
        ("", "tags"),
        ("", "security"),
        ("", "parameters"),
        ("/requestBody/content/application~1json", "example"),
        ("/requestBody/content/application~1json", "schema"),
        ("/responses/200", "description"),
        ("/responses/200/content/application~1json", "example"),
        ("/responses/200/content/application~1json", "schema"),
        ("/responses", "403"),
        ("/responses", "412"),
        ("/responses", "428"),
        ("/responses/409", "description"),
        ("/responses/409", "content"),
        (
            "/responses/409/content/application~1problem+json",
            "examples",
        ),
        (
            "/responses/409/content/application~1problem+json/examples",
            "invalid_state",
        ),
    ] {
        let mut spec = update.spec.clone();
        let place = spec.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        assert!(place.remove(part).is_some(), "{pointer} has no {part}");
        let lacking = Operation {
            method: update.method.clone(),
            path: update.path.clone(),
            id: update.id.clone(),
            spec,
        };
        assert!(
            !complaints(&lacking).is_empty(),
            "{pointer}/{part} is not missed"
        );
    }
}
