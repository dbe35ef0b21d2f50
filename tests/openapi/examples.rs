//! Examples keep what the schemas promise.

use std::collections::BTreeSet;

use domain::text_enum::TextEnum;
use serde_json::Value;

use crate::support::{document, faults, operations};

#[track_caller]
fn keeps(what: &str, schema: &'static Value, example: &Value) {
    assert_eq!(faults(schema, example), Vec::<String>::new(), "{what}");
}

#[test]
fn the_example_of_every_body_satisfies_its_schema() {
    for operation in operations() {
        let answers = operation.spec["responses"].as_object().unwrap();
        let answers = answers
            .values()
            .filter_map(|answer| answer.pointer("/content/application~1json"));
        for body in operation.body().into_iter().chain(answers) {
            keeps(&operation.name(), &body["schema"], &body["example"]);
        }
    }
}

#[test]
fn the_example_of_every_schema_satisfies_it() {
    let schemas = document()["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        if let Some(example) = schema.get("example") {
            keeps(name, schema, example);
        }
    }
}

#[test]
fn every_code_has_an_example_of_its_problem() {
    let schema = &document()["components"]["schemas"]["ProblemDocument"];
    let examples = document()["components"]["examples"].as_object().unwrap();
    for (code, example) in examples {
        keeps(code, schema, &example["value"]);
        assert_eq!(example["value"]["code"], code.as_str());
    }
    let shown: BTreeSet<String> = examples.keys().cloned().collect();
    assert_eq!(shown, api::problem::Code::texts().into_iter().collect());
}
