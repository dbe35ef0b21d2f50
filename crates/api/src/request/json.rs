//! JSON, read so that nothing in it is lost: of a key that is given twice `serde_json` keeps the
//! last value only, and a proxy or a log before us may have seen the first.

use std::cell::RefCell;
use std::fmt;

use domain::validation::{FieldProblem, Violations};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::strict::append;
use crate::problem::{Code, Problem};

const MAX_DEPTH: usize = 64;

/// # Errors
/// 400 for what isn't JSON or is nested too deep; 422 for wrong_so_far keys, and for a number that no
/// type of ours holds, which is JSON all the same.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Problem> {
    let wrong_so_far = RefCell::new(Violations::default());
    let reader = Reader {
        at: None,
        depth: 0,
        wrong_so_far: &wrong_so_far,
    };
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = reader
        .deserialize(&mut source)
        .and_then(|value| source.end().map(|()| value))
        .map_err(|error| unreadable(&error))?;
    wrong_so_far.into_inner().into_result()?;
    Ok(value)
}

fn unreadable(error: &serde_json::Error) -> Problem {
    if error.to_string().starts_with("number out of range") {
        let expected = "number within 64 bits".to_owned();
        Violations::one("", FieldProblem::InvalidType { expected }).into()
    } else {
        Problem::new(Code::MalformedRequest)
    }
}

/// Where a value stands. Written out only for what is reported: most of what somebody sends is
/// fine, and a long key above many values would be copied for each of them.
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    name: Name<'a>,
}

enum Name<'a> {
    Field(&'a str),
    Entry(usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        /// The longest name that is shown whole.
        const SHOWN: usize = 100;
        let above = self.above.map(Self::pointer).unwrap_or_default();
        match self.name {
            Name::Entry(index) => format!("{above}/{index}"),
            Name::Field(name) => {
                let shown: String = name.chars().take(SHOWN).collect();
                append(&above, &shown, "/")
            }
        }
    }
}

/// Reads the value that stands at `at`.
struct Reader<'a> {
    at: Option<&'a Place<'a>>,
    /// How many objects and arrays it stands in.
    depth: usize,
    wrong_so_far: &'a RefCell<Violations>,
}

impl Reader<'_> {
    fn below<'b>(&'b self, place: &'b Place<'b>) -> Reader<'b> {
        Reader {
            at: Some(place),
            depth: self.depth + 1,
            wrong_so_far: self.wrong_so_far,
        }
    }

    fn go_deeper<E: Error>(&self) -> Result<(), E> {
        if self.depth < MAX_DEPTH {
            Ok(())
        } else {
            Err(E::custom("nested too deep"))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(number.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        // JSON has it, PostgreSQL's text has not, and nobody means it.
        if value.contains('\0') {
            let place = self.at.map(Place::pointer).unwrap_or_default();
            let expected = "text without U+0000";
            self.wrong_so_far
                .borrow_mut()
                .add(place, FieldProblem::InvalidFormat { expected });
        }
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.go_deeper()?;
        let mut read = Vec::new();
        loop {
            let place = Place {
                above: self.at,
                name: Name::Entry(read.len()),
            };
            let Some(entry) = entries.next_element_seed(self.below(&place))? else {
                break;
            };
            read.push(entry);
        }
        Ok(read.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        self.go_deeper()?;
        let mut read = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let place = Place {
                above: self.at,
                name: Name::Field(&name),
            };
            let value = fields.next_value_seed(self.below(&place))?;
            if read.contains_key(&name) {
                let mut wrong_so_far = self.wrong_so_far.borrow_mut();
                wrong_so_far.add(place.pointer(), FieldProblem::Duplicate);
            }
            read.insert(name, value);
        }
        Ok(read.into())
    }
}
