//! Examples: one of each problem, and one of each body, put together from those of the types that
//! it is made of.

use std::collections::BTreeMap;

use domain::language::Language;
use domain::text_enum::{InvalidState, TextEnum};
use domain::validation::{FieldProblem, Violations};
use serde_json::{Map, Value};
use utoipa::openapi::content::Content;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayItems, Components, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use super::written_out;
use crate::problem::{Code, Problem, ProblemDocument};

/// A problem of each code, by the code.
pub(super) fn of_problems() -> BTreeMap<String, RefOr<Example>> {
    Code::ALL
        .iter()
        .map(|&code| {
            let problem = match code {
                Code::ValidationFailed => {
                    Violations::one("/budget_max", FieldProblem::Required).into()
                }
                Code::InvalidState => Problem {
                    refused: Some(Box::new(InvalidState {
                        state: "open",
                        allowed: vec!["cancel"],
                    })),
                    ..Problem::new(code)
                },
                code => Problem::new(code),
            };
            let id = "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c";
            let document = ProblemDocument::new(&problem, Language::Ru, id);
            let example = ExampleBuilder::new()
                .summary(document.title.clone())
                .value(serde_json::to_value(document).ok());
            (code.to_string(), RefOr::T(example.build()))
        })
        .collect()
}

/// Gives the operation's bodies their examples.
pub(super) fn add(operation: &mut Operation, components: &Components) {
    for content in super::taken(operation) {
        add_to(content, components);
    }
    for (status, response) in &mut operation.responses.responses {
        if status.starts_with('2')
            && let Some(response) = written_out(response)
        {
            for content in response.content.values_mut().filter_map(written_out) {
                add_to(content, components);
            }
        }
    }
}

fn add_to(content: &mut Content, components: &Components) {
    if content.example.is_none() {
        content.example = content
            .schema
            .as_ref()
            .and_then(|schema| of_ref(schema, components));
    }
}

fn of_ref(schema: &RefOr<Schema>, components: &Components) -> Option<Value> {
    match schema {
        RefOr::T(schema) => of(schema, components),
        RefOr::Ref(named) => {
            let name = named.ref_location.rsplit('/').next()?;
            of_ref(components.schemas.get(name)?, components)
        }
    }
}

/// The example of a schema: its own, or that of its parts.
fn of(schema: &Schema, components: &Components) -> Option<Value> {
    match schema {
        Schema::Object(object) => {
            let of_fields = || {
                let fields = object.properties.iter();
                let fields: Map<_, _> = fields
                    .filter_map(|(name, field)| Some((name.clone(), of_ref(field, components)?)))
                    .collect();
                Value::Object(fields)
            };
            let is_object = object.schema_type == SchemaType::Type(Type::Object);
            let own = object.example.clone();
            own.or_else(|| is_object.then(of_fields))
                .or_else(|| may_be_null(&object.schema_type).then_some(Value::Null))
        }
        Schema::Array(array) => array.example.clone().or_else(|| {
            let ArrayItems::RefOrSchema(item) = &array.items else {
                return None;
            };
            Some(Value::Array(vec![of_ref(item, components)?]))
        }),
        Schema::OneOf(one_of) => {
            let own = one_of.example.clone();
            own.or_else(|| {
                one_of
                    .items
                    .iter()
                    .find_map(|item| of_ref(item, components))
            })
        }
        Schema::AllOf(all) => all.example.clone().or_else(|| {
            let parts = all.items.iter().filter_map(|part| of_ref(part, components));
            let fields = parts.filter_map(|part| match part {
                Value::Object(fields) => Some(fields),
                _ => None,
            });
            Some(Value::Object(fields.flatten().collect()))
        }),
        _ => None,
    }
}

fn may_be_null(schema_type: &SchemaType) -> bool {
    matches!(schema_type, SchemaType::Array(types) if types.contains(&Type::Null))
}
