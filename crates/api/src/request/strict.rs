//! Reading strictly: unknown fields, wrong types and missing fields are named where they stand.

use domain::validation::{FieldProblem, Violations};
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::{Path, Segment};

/// For a field of a PATCH: absent leaves it alone, present is read, and `null` is a value like any
/// other, which only an optional field takes. Use with `#[serde(default)]`.
///
/// # Errors
/// The field can't be read.
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// An object within a body. By itself serde would read an array as a struct's fields in their order.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// What serde refuses, said as a violation. Serde words its errors for people only, so the kind is
/// read off the beginning of its sentence.
pub(super) fn violation(path: &Path, message: &str, separator: &str) -> Violations {
    let at = join(path, separator);
    if let Some(name) = quoted_after(message, "missing field ") {
        return Violations::one(append(&at, name, separator), FieldProblem::Required);
    }
    if let Some(name) = quoted_after(message, "unknown field ") {
        let ends_with_it = at == name || at.ends_with(&format!("{separator}{name}"));
        let pointer = if ends_with_it {
            at
        } else {
            append(&at, name, separator)
        };
        return Violations::one(pointer, FieldProblem::UnknownField);
    }
    if let Some(name) = quoted_after(message, "duplicate field ") {
        let pointer = if at.is_empty() {
            append(&at, name, separator)
        } else {
            at
        };
        return Violations::one(pointer, FieldProblem::Duplicate);
    }
    if let Some(expected) = expected(message) {
        return Violations::one(at, FieldProblem::InvalidType { expected });
    }
    let lower = message.to_lowercase();
    let problem = if lower.contains("uuid") {
        FieldProblem::InvalidFormat {
            expected: "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c",
        }
    } else if lower.contains("digit") || lower.contains("integer") || lower.contains("number") {
        FieldProblem::InvalidType {
            expected: "integer".into(),
        }
    } else if lower.contains("float") {
        FieldProblem::InvalidType {
            expected: "number".into(),
        }
    } else if lower.contains("not `true` or `false`") || lower.contains("bool") {
        FieldProblem::InvalidType {
            expected: "boolean".into(),
        }
    } else {
        FieldProblem::InvalidFormat {
            expected: "2026-12-31T15:00:00Z",
        }
    };
    Violations::one(at, problem)
}

/// `invalid type: string "x", expected i64` and `invalid value: …`.
fn expected(message: &str) -> Option<String> {
    if !message.starts_with("invalid type") && !message.starts_with("invalid value") {
        return None;
    }
    let (_, expected) = message.rsplit_once("expected ")?;
    let expected = expected.split(" at line").next().unwrap_or(expected);
    Some(match expected {
        "i64" | "u64" | "i32" | "u32" => "integer".into(),
        "a string" => "string".into(),
        "a boolean" => "boolean".into(),
        "a sequence" => "array".into(),
        "a map" => "object".into(),
        struct_name if struct_name.starts_with("struct ") => "object".into(),
        other => other.to_owned(),
    })
}

fn quoted_after<'a>(message: &'a str, beginning: &str) -> Option<&'a str> {
    message
        .strip_prefix(beginning)?
        .strip_prefix('`')?
        .split('`')
        .next()
}

fn join(path: &Path, separator: &str) -> String {
    path.iter()
        .fold(String::new(), |at, segment| match segment {
            Segment::Seq { index } => append(&at, &index.to_string(), separator),
            Segment::Map { key } => append(&at, key, separator),
            Segment::Enum { .. } | Segment::Unknown => at,
        })
}

/// RFC 6901 escapes `~` and `/` in a body's pointer; the name of a query parameter stands as it is.
pub(super) fn append(at: &str, name: &str, separator: &str) -> String {
    if separator.is_empty() {
        name.to_owned()
    } else {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        format!("{at}{separator}{escaped}")
    }
}
