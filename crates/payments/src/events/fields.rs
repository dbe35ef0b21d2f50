//! Reads single fields out of an object of Stripe's, by RFC 6901 pointer.
//!
//! What is absent, null, of another type or out of range is `None`: the rules see an unknown and
//! park the event, which is better than an answer that makes Stripe send the same thing for days.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// The first second of the year 10000, which no database column of ours holds as a time.
const END_OF_TIME: i64 = 253_402_300_800;

/// A text that is not empty.
pub(crate) fn text(object: &Value, pointer: &str) -> Option<String> {
    let text = object.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The id in an expandable field, which holds either the id or the object itself.
/// Source: <https://docs.stripe.com/api/expanding_objects>.
pub(crate) fn id(object: &Value, pointer: &str) -> Option<String> {
    text(object, pointer).or_else(|| text(object.pointer(pointer)?, "/id"))
}

/// A whole number, such as an amount in minor units.
pub(crate) fn integer(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer)?.as_i64()
}

pub(crate) fn flag(object: &Value, pointer: &str) -> Option<bool> {
    object.pointer(pointer)?.as_bool()
}

/// A time, which Stripe gives in Unix seconds.
pub(crate) fn time(object: &Value, pointer: &str) -> Option<DateTime<Utc>> {
    integer(object, pointer)
        .filter(|seconds| (0..END_OF_TIME).contains(seconds))
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

/// An ISO 4217 code in upper case; Stripe gives it in lower case.
pub(crate) fn currency(object: &Value, pointer: &str) -> Option<String> {
    text(object, pointer).map(|code| code.to_ascii_uppercase())
}

/// The entries of a list, none if it is absent.
pub(crate) fn list<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
