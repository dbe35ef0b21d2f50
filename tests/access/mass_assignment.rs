//! What an answer shows and a body doesn't take is refused in every body, and changes nothing.

use std::collections::BTreeSet;

use serde_json::json;

use super::contents;
use crate::support::{Operation, Scene, document, operations, resolved};

/// What somebody would like to set, whether or not an answer shows it.
const COVETED: [&str; 14] = [
    "id",
    "role",
    "status",
    "user_id",
    "student_id",
    "tutor_id",
    "is_admin",
    "is_verified",
    "is_premium",
    "premium_expires_at",
    "stripe_customer_id",
    "rating",
    "total_amount",
    "hidden_at",
];

/// The fields of every good answer.
fn shown() -> BTreeSet<&'static str> {
    let schemas = document()["components"]["schemas"].as_object().unwrap();
    let answers = schemas
        .iter()
        .filter(|(name, _)| !name.ends_with("Request"));
    let mut shown = BTreeSet::from(COVETED);
    for (_, schema) in answers {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        for part in parts.chain([schema]) {
            let fields = resolved(part)["properties"].as_object();
            shown.extend(fields.into_iter().flatten().map(|(name, _)| name.as_str()));
        }
    }
    shown
}

fn takes(operation: &'static Operation, field: &str) -> bool {
    let schema = resolved(&operation.body().unwrap()["schema"]);
    schema["properties"].get(field).is_some()
}

fn writes() -> impl Iterator<Item = &'static Operation> {
    operations()
        .iter()
        .filter(|operation| operation.body().is_some() && !operation.is_webhook())
}

#[actix_web::test]
async fn no_body_sets_what_answers_only_show() {
    let scene = Scene::new().await;
    let before = contents(&scene.app).await;
    let mut tried = 0;
    for operation in writes() {
        let client = scene.caller(operation).with("if-match", "*");
        let path = scene.path(operation);
        for field in shown().into_iter().filter(|field| !takes(operation, field)) {
            let mut body = scene.body(operation).unwrap();
            body[field] = json!("admin");
            let answer = client.send(operation.method.clone(), &path, Some(body));
            let answer = answer.await;
            let at = format!("/{field}");
            assert_eq!(answer.wrong_fields(), [at], "{}", operation.name());
            assert_eq!(answer.json()["errors"][0]["code"], "unknown_field");
            tried += 1;
        }
    }
    assert_eq!(contents(&scene.app).await, before);
    println!("{tried} bodies with a field that is not theirs");
}
