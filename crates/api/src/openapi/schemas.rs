//! What the derived schemas leave unsaid, because the derive sees types and not how they are sent.

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayItems, Components};
use utoipa::openapi::{Ref, RefOr, Schema};

use super::written_out;

/// What an answer leaves out at times: a secret that goes another way is not `null`, it isn't there.
const LEFT_OUT: [(&str, &str); 1] = [("SignedInResponse", "refresh_token")];

/// Says what all schemas have in common.
pub(super) fn tidy(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        let RefOr::T(schema) = schema else { continue };
        // An answer has all its fields, `null` where there is nothing; a problem leaves some out.
        if name.ends_with("Response") || name.contains("Listing") {
            require_all(schema);
        }
        if let Schema::Object(object) = schema {
            let is_left_out = |field: &String| LEFT_OUT.contains(&(name, field));
            object.required.retain(|field| !is_left_out(field));
        }
        if let Some(item) = name.strip_prefix("Listing_") {
            refer_to_items(schema, item);
        }
    }
}

fn require_all(schema: &mut Schema) {
    match schema {
        Schema::Object(object) => object.required = object.properties.keys().cloned().collect(),
        Schema::AllOf(all) => {
            for part in &mut all.items {
                if let RefOr::T(part) = part {
                    require_all(part);
                }
            }
        }
        _ => {}
    }
}

/// A generic list repeats the schema of its items; clients are better served by its name.
fn refer_to_items(schema: &mut Schema, item: &str) {
    if let Schema::Object(list) = schema
        && let Some(RefOr::T(Schema::Array(items))) = list.properties.get_mut("items")
    {
        items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
    }
}

/// A body that may be left out is declared as an `Option`, which utoipa takes for one that may be
/// `null` too.
pub(super) fn unwrap_optional_body(operation: &mut Operation) {
    for content in super::taken(operation) {
        if let Some(RefOr::T(Schema::OneOf(one_of))) = &content.schema {
            let named = one_of
                .items
                .iter()
                .find(|item| matches!(item, RefOr::Ref(_)));
            content.schema = named.cloned();
        }
    }
}

/// A good answer is what its body is, unless the handler says more.
pub(super) fn describe_answers(operation: &mut Operation, components: &Components) {
    let answers = operation.responses.responses.values_mut();
    for answer in answers.filter_map(written_out) {
        if answer.description.is_empty() {
            let bodies = answer.content.values_mut().filter_map(written_out);
            answer.description = bodies
                .filter_map(|body| description(body.schema.as_ref()?, components))
                .collect();
        }
    }
}

fn description(schema: &RefOr<Schema>, components: &Components) -> Option<String> {
    match schema {
        RefOr::Ref(named) => {
            let name = named.ref_location.rsplit('/').next()?;
            description(components.schemas.get(name)?, components)
        }
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        RefOr::T(Schema::AllOf(all)) => all.description.clone(),
        RefOr::T(_) => None,
    }
}
