//! `data.previous_attributes` of an event: what an object's changed fields held before
//! (<https://docs.stripe.com/api/events/object#event_object-data-previous_attributes>).

use serde_json::{Map, Value};

/// The changed fields as they were; of a nested object only its changed fields, of a list all of
/// it. Nothing if nothing changed.
pub fn previous_attributes(before: &Value, after: &Value) -> Option<Value> {
    if before == after {
        return None;
    }
    let (Value::Object(was), Value::Object(is)) = (before, after) else {
        return Some(before.clone());
    };
    let mut previous: Map<String, Value> = was
        .iter()
        .filter_map(|(name, old)| {
            let new = is.get(name).unwrap_or(&Value::Null);
            Some((name.clone(), previous_attributes(old, new)?))
        })
        .collect();
    for name in is.keys().filter(|name| !was.contains_key(*name)) {
        previous.insert(name.clone(), Value::Null);
    }
    Some(Value::Object(previous))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_told_as_it_was() {
        let before = json!({"status": "active", "total": 1, "details": {"a": 1, "b": 2}});
        let after = json!({"status": "past_due", "total": 1, "details": {"a": 1, "b": 3}});
        let previous = previous_attributes(&before, &after);
        assert_eq!(
            previous,
            Some(json!({"status": "active", "details": {"b": 2}}))
        );
        assert_eq!(previous_attributes(&after, &after), None);
    }

    #[test]
    fn a_list_is_told_whole_and_a_new_field_as_null() {
        let before = json!({"items": {"data": [1, 2]}});
        let after = json!({"items": {"data": [1, 3]}, "ended_at": 5});
        assert_eq!(
            previous_attributes(&before, &after),
            Some(json!({"items": {"data": [1, 2]}, "ended_at": null}))
        );
    }
}
