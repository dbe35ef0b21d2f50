//! The schemas of the OpenAPI document, read strictly: a field that the document does not name is
//! a failure.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::DateTime;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::document::resolved;

/// What is wrong with the value, as the schema says.
pub fn faults(schema: &'static Value, value: &Value) -> Vec<String> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Validator>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = compiled
        .entry(schema.to_string())
        .or_insert_with(|| compile(schema));
    validator
        .iter_errors(value)
        .map(|error| format!("at {:?}: {error}", error.instance_path().to_string()))
        .collect()
}

fn compile(schema: &'static Value) -> Validator {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_format("date-time", |text| {
            text.ends_with('Z') && DateTime::parse_from_rfc3339(text).is_ok()
        })
        .with_format("uuid", |text| {
            Uuid::parse_str(text)
                .is_ok_and(|id| id.get_version_num() == 7 && id.to_string() == text)
        })
        .build(&closed(schema))
        .unwrap()
}

/// The schema without references, and without room for what it does not name.
fn closed(schema: &'static Value) -> Value {
    let schema = resolved(schema).as_object().unwrap();
    let mut closed = with_parts(schema);
    if schema.contains_key("allOf") {
        // Its parts together name what there is.
        closed.insert("unevaluatedProperties".into(), json!(false));
    } else if schema.contains_key("properties") && !schema.contains_key("additionalProperties") {
        closed.insert("additionalProperties".into(), json!(false));
    }
    Value::Object(closed)
}

fn with_parts(schema: &'static Map<String, Value>) -> Map<String, Value> {
    let part = |(keyword, value): (&String, &'static Value)| {
        let value = match (keyword.as_str(), value) {
            ("properties", Value::Object(fields)) => {
                let fields = fields.iter();
                Value::Object(
                    fields
                        .map(|(name, of)| (name.clone(), closed(of)))
                        .collect(),
                )
            }
            ("items" | "additionalProperties", Value::Object(_)) => closed(value),
            ("oneOf" | "anyOf", Value::Array(choices)) => {
                Value::Array(choices.iter().map(closed).collect())
            }
            ("allOf", Value::Array(parts)) => {
                let open = |part| Value::Object(with_parts(resolved(part).as_object().unwrap()));
                Value::Array(parts.iter().map(open).collect())
            }
            _ => value.clone(),
        };
        (keyword.clone(), value)
    };
    schema.iter().map(part).collect()
}
