//! What the reader promises whatever comes: unknown fields change nothing, nothing panics.

use proptest::prelude::*;

use super::*;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("id".to_owned()),
        Just("data".to_owned()),
        Just("parent".to_owned()),
        Just("period".to_owned()),
        ".{0,4}",
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

/// Adds a field of an unknown name to every object within.
fn add_everywhere(value: &mut Value, name: &str, extra: &Value) {
    match value {
        Value::Array(entries) => {
            for entry in entries {
                add_everywhere(entry, name, extra);
            }
        }
        Value::Object(fields) => {
            for field in fields.values_mut() {
                add_everywhere(field, name, extra);
            }
            fields.insert(name.to_owned(), extra.clone());
        }
        _ => {}
    }
}

/// Every place within, as a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(entries) => {
            for (i, entry) in entries.iter().enumerate() {
                places(entry, &format!("{at}/{i}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn unknown_fields_change_nothing(name in "zz_[a-z]{0,6}", extra in any_json()) {
        for sample in samples::all() {
            let mut extended = sample.clone();
            add_everywhere(&mut extended, &name, &extra);
            let expected = read(sample.to_string().as_bytes()).unwrap().fact;
            prop_assert_eq!(read(extended.to_string().as_bytes()).unwrap().fact, expected);
        }
    }

    #[test]
    fn a_sample_with_anything_in_any_place_is_read_or_refused(
        place in any::<prop::sample::Index>(),
        put in any_json(),
    ) {
        for mut sample in samples::all() {
            let mut found = Vec::new();
            places(&sample, "", &mut found);
            let place: &String = place.get(&found);
            *sample.pointer_mut(place).unwrap() = put.clone();
            let _ = read(sample.to_string().as_bytes());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = read(&body);
    }

    #[test]
    fn any_cut_of_a_sample_is_refused(cut in any::<prop::sample::Index>()) {
        for sample in samples::all() {
            let body = sample.to_string();
            prop_assert!(read(&body.as_bytes()[..cut.index(body.len())]).is_err());
        }
    }
}
