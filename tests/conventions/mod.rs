//! What every call has in common: problem documents, request ids, languages, the order of
//! refusals, idempotency keys and versions.

mod codes;
mod database;
mod every_operation;
mod headers;
mod idempotency;
mod lists;
mod problems;
mod refusal_order;
mod versions;

use serde_json::Value;

fn fields(body: &Value) -> Vec<&str> {
    let mut fields: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    fields.sort_unstable();
    fields
}
