//! Typed reading of a request's parameters; every complaint names the parameter as Stripe would,
//! `line_items[0][price_data][unit_amount]`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use crate::api_error::ApiError;

/// <https://docs.stripe.com/api/metadata>.
pub type Metadata = BTreeMap<String, String>;

const METADATA_KEYS: usize = 50;
const METADATA_KEY_CHARS: usize = 40;
const METADATA_VALUE_CHARS: usize = 500;

/// One level of the parameters, and where it is.
#[derive(Debug, Clone)]
pub struct Params<'a> {
    fields: Option<&'a Map<String, Value>>,
    path: String,
}

impl<'a> Params<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self {
            fields: value.as_object(),
            path: String::new(),
        }
    }

    /// The full name of a parameter at this level.
    pub fn name(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}[{key}]", self.path)
        }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.fields?.get(key)
    }

    /// Whether this level exists and is not a plain text.
    pub fn is_group(&self) -> bool {
        self.fields.is_some()
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// An empty text means "unset", as everywhere at Stripe.
    pub fn text(&self, key: &str) -> Result<Option<&'a str>, ApiError> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(ApiError::invalid("Invalid string").param(self.name(key))),
        }
    }

    pub fn required_text(&self, key: &str) -> Result<&'a str, ApiError> {
        self.text(key)?
            .ok_or_else(|| ApiError::parameter_missing(self.name(key)))
    }

    pub fn integer(&self, key: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            ApiError::invalid(format!("Invalid integer: {text}"))
                .code("parameter_invalid_integer")
                .param(self.name(key))
        })
    }

    pub fn required_integer(&self, key: &str) -> Result<i64, ApiError> {
        self.integer(key)?
            .ok_or_else(|| ApiError::parameter_missing(self.name(key)))
    }

    pub fn boolean(&self, key: &str) -> Result<Option<bool>, ApiError> {
        match self.text(key)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => {
                Err(ApiError::invalid(format!("Invalid boolean: {text}")).param(self.name(key)))
            }
        }
    }

    /// Only http and https: the pay page turns these into links.
    pub fn web_address(&self, key: &str) -> Result<Option<&'a str>, ApiError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let known = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if known {
            Ok(Some(text))
        } else {
            Err(ApiError::invalid("Not a valid URL")
                .code("url_invalid")
                .param(self.name(key)))
        }
    }

    /// The level below; a missing one has nothing in it.
    pub fn section(&self, key: &str) -> Params<'a> {
        let fields = self.get(key).and_then(Value::as_object);
        Params {
            fields,
            path: self.name(key),
        }
    }

    /// The members of a list, by index.
    pub fn list(&self, key: &str) -> Vec<Params<'a>> {
        let list = self.section(key);
        let mut indexes: Vec<(usize, &String)> = list
            .fields
            .into_iter()
            .flat_map(Map::keys)
            .filter_map(|index| Some((index.parse().ok()?, index)))
            .collect();
        indexes.sort_unstable();
        indexes
            .into_iter()
            .map(|(_, index)| list.section(index))
            .collect()
    }

    /// The texts of a list such as `types[]`.
    pub fn texts(&self, key: &str) -> Vec<&'a str> {
        let list = self.section(key);
        list.fields
            .into_iter()
            .flat_map(Map::values)
            .filter_map(Value::as_str)
            .collect()
    }

    pub fn metadata(&self, key: &str) -> Result<Metadata, ApiError> {
        let section = self.section(key);
        let mut metadata = Metadata::new();
        for name in section.fields.into_iter().flat_map(Map::keys) {
            let Some(value) = section.text(name)? else {
                continue;
            };
            let too_long = name.chars().count() > METADATA_KEY_CHARS
                || value.chars().count() > METADATA_VALUE_CHARS;
            if too_long || metadata.len() >= METADATA_KEYS {
                let limits = "Metadata takes 50 keys of 40 characters and values of 500";
                return Err(ApiError::invalid(limits).param(section.name(name)));
            }
            metadata.insert(name.clone(), value.to_owned());
        }
        Ok(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form;

    #[test]
    fn a_missing_parameter_is_named_with_its_path() {
        let form = form::parse(b"line_items[0][quantity]=1").unwrap();
        let items = Params::root(&form).list("line_items");
        let error = items[0]
            .section("price_data")
            .required_text("currency")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "Missing required param: line_items[0][price_data][currency]."
        );
    }

    #[test]
    fn lists_are_ordered_by_number_not_by_text() {
        let form = form::parse(b"l[10][n]=ten&l[9][n]=nine").unwrap();
        let names: Vec<_> = Params::root(&form)
            .list("l")
            .iter()
            .map(|item| item.required_text("n").unwrap())
            .collect();
        assert_eq!(names, ["nine", "ten"]);
    }

    #[test]
    fn a_script_is_not_a_web_address() {
        let form = form::parse(b"success_url=javascript:alert(1)").unwrap();
        assert!(Params::root(&form).web_address("success_url").is_err());
    }
}
