//! Query parameters: only those that a call knows, each once, each of its type and in its range.

use serde_json::Value;

use super::Scene;
use crate::support::operations;

#[actix_web::test]
async fn a_parameter_that_a_call_does_not_know_is_named() {
    let scene = Scene::new().await;
    // Stripe calls the address that it was given, whatever that is.
    for operation in operations()
        .iter()
        .filter(|operation| !operation.is_webhook())
    {
        let client = scene.caller(operation);
        let answer = scene.ask(&client, operation, "?colour=red").await;
        assert_eq!(answer.wrong_fields(), ["colour"], "{}", operation.name());
        let error = &answer.json()["errors"][0];
        assert_eq!(
            (&error["code"], error.get("pointer")),
            (&"unknown_field".into(), None)
        );
    }
}

#[actix_web::test]
async fn the_part_of_a_list_is_in_its_range() {
    let scene = Scene::new().await;
    for operation in operations().iter().filter(|operation| operation.is_list()) {
        let client = scene.caller(operation);
        for (query, parameter) in [
            ("?limit=0", "limit"),
            ("?limit=101", "limit"),
            ("?limit=-1", "limit"),
            ("?limit=abc", "limit"),
            ("?limit=", "limit"),
            ("?limit=1.5", "limit"),
            ("?limit=99999999999999999999", "limit"),
            ("?limit=5&limit=6", "limit"),
            ("?cursor=nonsense", "cursor"),
            ("?cursor=", "cursor"),
            ("?cursor=YQ", "cursor"),
            ("?cursor=%ff", "cursor"),
        ] {
            let answer = scene.ask(&client, operation, query).await;
            assert_eq!(
                answer.wrong_fields(),
                [parameter],
                "{} {query}",
                operation.name()
            );
        }
        for query in ["", "?limit=1", "?limit=100"] {
            scene.ask(&client, operation, query).await.expect(200);
        }
    }
}

/// Something that a parameter of this schema can't be.
fn wrong(schema: &Value) -> Option<&'static str> {
    match (schema["type"].as_str()?, schema["format"].as_str()) {
        ("integer" | "number", _) => Some("many"),
        ("boolean", _) => Some("perhaps"),
        (_, Some("date-time")) => Some("yesterday"),
        (_, Some("uuid")) => Some("7"),
        _ => None,
    }
}

#[actix_web::test]
async fn a_parameter_is_of_the_type_that_the_document_says() {
    let scene = Scene::new().await;
    for operation in operations() {
        let client = scene.caller(operation);
        for parameter in operation.parameters("query") {
            let name = parameter["name"].as_str().unwrap();
            if let Some(value) = wrong(&parameter["schema"]) {
                let query = format!("?{name}={value}");
                let answer = scene.ask(&client, operation, &query).await;
                assert_eq!(answer.wrong_fields(), [name], "{}", operation.name());
            }
        }
    }
}
