//! Which fields each audience sees in each good answer, kept in `fields.txt`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Answer, Operation, operations};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/access/fields.txt");

/// What only whose it is and administrators see of a person.
const PRIVATE: [&str; 10] = [
    "email",
    "phone",
    "last_name",
    "documents",
    "storage_key",
    "stripe_customer_id",
    "customer_id",
    "password",
    "password_hash",
    "token_hash",
];

/// What differs from row to row: an event of Stripe's, what an act has changed.
const OPAQUE: [&str; 3] = ["payload", "before", "after"];

/// The fields by operation and audience.
#[derive(Default)]
pub struct Fields(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Fields {
    pub fn note(&mut self, operation: &Operation, audience: &str, answer: &Answer) {
        let of_operation = self.0.entry(operation.id.clone()).or_default();
        let seen = of_operation.entry(audience.to_owned()).or_default();
        if !answer.text.is_empty() {
            collect(&answer.json(), "", seen);
        }
    }

    /// That nobody sees another field than before. `WRITE_FIELDS=1` writes the file anew, to be
    /// read before it is kept.
    pub fn check(&self) {
        self.check_private();
        let text = self.text();
        if std::env::var_os("WRITE_FIELDS").is_some() {
            std::fs::write(FILE, &text).unwrap();
        }
        let kept = std::fs::read_to_string(FILE).unwrap();
        for (kept, seen) in kept.lines().zip(text.lines()) {
            assert_eq!(kept, seen, "write it anew with WRITE_FIELDS=1");
        }
        assert_eq!(kept, text, "write it anew with WRITE_FIELDS=1");
    }

    fn check_private(&self) {
        for (id, audiences) in &self.0 {
            let operation = operations().iter().find(|o| o.id == *id).unwrap();
            let is_of_caller = ["/me", "/auth/", "/admin/"]
                .iter()
                .any(|place| operation.path.starts_with(place));
            for (audience, fields) in audiences {
                let private = fields.iter().find(|field| {
                    let name = field.rsplit(['.', ']']).next().unwrap_or_default();
                    PRIVATE.contains(&name)
                });
                assert!(
                    is_of_caller || private.is_none(),
                    "{id} shows {private:?} to {audience}"
                );
            }
        }
    }

    /// Audiences that see the same stand together.
    fn text(&self) -> String {
        let mut text = String::new();
        for (id, audiences) in &self.0 {
            let mut together: BTreeMap<&BTreeSet<String>, Vec<&str>> = BTreeMap::new();
            for (audience, fields) in audiences {
                together.entry(fields).or_default().push(audience);
            }
            for (fields, audiences) in together {
                let _ = writeln!(text, "{id}: {}", audiences.join(", "));
                for field in fields {
                    let _ = writeln!(text, "    {field}");
                }
            }
        }
        text
    }
}

/// Every field by its way down, entries of arrays alike.
fn collect(value: &Value, at: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if at.is_empty() { "" } else { "." };
                let at = format!("{at}{dot}{name}");
                if !OPAQUE.contains(&name.as_str()) {
                    collect(value, &at, into);
                }
                into.insert(at);
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                collect(entry, &format!("{at}[]"), into);
            }
        }
        _ => {}
    }
}

#[test]
fn fields_are_named_by_their_way_down() {
    let mut seen = BTreeSet::new();
    let value = serde_json::json!({ "items": [{ "id": 1 }, { "tutor": { "bio": "" } }] });
    collect(&value, "", &mut seen);
    let expected = ["items", "items[].id", "items[].tutor", "items[].tutor.bio"];
    assert_eq!(seen, expected.map(str::to_owned).into());
}

#[test]
#[should_panic(expected = "shows Some(\"tutor.phone\") to nobody")]
fn a_private_field_in_a_public_answer_is_noticed() {
    let mut fields = Fields::default();
    let answer = Answer {
        status: 200,
        headers: Vec::new(),
        text: "{\"tutor\": {\"phone\": null}}".into(),
    };
    let operation = operations().iter().find(|o| o.id == "get_tutor").unwrap();
    fields.note(operation, "nobody", &answer);
    fields.check_private();
}
