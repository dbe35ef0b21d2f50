//! Stripe's request encoding: a form (or query) whose keys nest with brackets, read into JSON.
//!
//! `line_items[0][quantity]=1` becomes `{"line_items": {"0": {"quantity": "1"}}}`. Lists stay
//! objects keyed by their index, because `metadata[0]` and `expand[0]` look alike: only the reader
//! of a parameter knows which it is. Leaves are strings, as on the wire.

use serde_json::{Map, Value};

/// No parameter of Stripe's nests deeper; a deeper one would only cost us stack.
const DEEPEST: usize = 8;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("Invalid request: the body is not a form")]
    Encoding,
    #[error("Invalid request: the parameter {0} is malformed")]
    Key(String),
}

/// Reads `application/x-www-form-urlencoded` text; nothing gives an empty object.
pub fn parse(text: &[u8]) -> Result<Value, FormError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_bytes(text).map_err(|_| FormError::Encoding)?;
    let mut root = Map::new();
    for (key, value) in pairs {
        let path = split(&key).ok_or_else(|| FormError::Key(key.clone()))?;
        insert(&mut root, &path, value).ok_or(FormError::Key(key))?;
    }
    Ok(Value::Object(root))
}

/// `a[b][]` into `a`, `b` and an empty name, which stands for "the next index".
fn split(key: &str) -> Option<Vec<&str>> {
    let Some((head, rest)) = key.split_once('[') else {
        return (!key.is_empty() && !key.contains(']')).then(|| vec![key]);
    };
    let inner = rest.strip_suffix(']')?;
    let mut path = vec![head];
    path.extend(inner.split("]["));
    let whole = !head.is_empty() && path.len() <= DEEPEST;
    let clean = path.iter().all(|name| !name.contains(['[', ']']));
    (whole && clean).then_some(path)
}

/// `None` when one key wants a text where another wants an object. A repeated key: the last wins.
fn insert(map: &mut Map<String, Value>, path: &[&str], value: String) -> Option<()> {
    let (name, rest) = path.split_first()?;
    let name = match *name {
        "" => map.len().to_string(),
        name => name.to_owned(),
    };
    if rest.is_empty() {
        if map.get(&name).is_some_and(Value::is_object) {
            return None;
        }
        map.insert(name, Value::String(value));
        return Some(());
    }
    let child = map
        .entry(name)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()?;
    insert(child, rest, value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn brackets_nest_and_percent_encoding_is_undone() {
        let form = b"mode=payment&line_items[0][price_data][currency]=rub&line_items%5B1%5D%5Bquantity%5D=2&metadata[note]=%D0%B4%D0%B0+1";
        assert_eq!(
            parse(form).unwrap(),
            json!({
                "mode": "payment",
                "line_items": {"0": {"price_data": {"currency": "rub"}}, "1": {"quantity": "2"}},
                "metadata": {"note": "да 1"},
            })
        );
    }

    #[test]
    fn empty_brackets_take_the_next_index() {
        assert_eq!(
            parse(b"types[]=a&types[]=b").unwrap(),
            json!({"types": {"0": "a", "1": "b"}})
        );
    }

    #[test]
    fn nonsense_is_an_error_and_not_a_guess() {
        for bad in [
            "a[b=1",
            "[b]=1",
            "a]b=1",
            "a=1&a[b]=2",
            "a[b]=2&a=1",
            "a[[b]]=1",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let deep = format!("a{}=1", "[b]".repeat(2000));
        assert!(parse(deep.as_bytes()).is_err());
    }
}
