//! Calls whose answers are read as JSON, field by field, like events are: the generated types belong
//! to one version of the API, and what is asked of them here is a field or two.

use serde_json::Value;
use stripe::StripeRequest;
use stripe_client_core::{RequestBuilder, StripeMethod};

use crate::error::ProviderError;

/// A request of which the answer is kept as it came.
#[derive(Debug)]
pub(crate) struct Raw {
    method: StripeMethod,
    path: String,
    /// Names as Stripe writes them, `payment[type]` for a field of a field.
    pairs: Vec<(String, String)>,
}

impl Raw {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(StripeMethod::Get, path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(StripeMethod::Post, path)
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(StripeMethod::Delete, path)
    }

    fn new(method: StripeMethod, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            pairs: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.pairs.push((name.into(), value.into()));
        self
    }

    fn encoded(&self) -> Option<String> {
        (!self.pairs.is_empty()).then(|| {
            url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&self.pairs)
                .finish()
        })
    }
}

impl StripeRequest for Raw {
    type Output = miniserde::json::Value;

    fn build(&self) -> RequestBuilder {
        let method = self.method;
        let is_get = matches!(method, StripeMethod::Get);
        let mut request = RequestBuilder::new(method, self.path.as_str());
        if is_get {
            request.query = self.encoded();
        } else {
            request.body = self.encoded();
        }
        request
    }
}

/// The answer in the JSON that everything else here speaks.
///
/// # Errors
/// None in practice: it was JSON when it came.
pub(crate) fn json(answer: &miniserde::json::Value) -> Result<Value, ProviderError> {
    serde_json::from_str(&miniserde::json::to_string(answer))
        .map_err(|_| ProviderError::UNAVAILABLE)
}

/// An id as a part of a path: no id of Stripe's has anything that a path could stumble over.
///
/// # Errors
/// It isn't one.
pub(crate) fn path_id(id: &str) -> Result<&str, ProviderError> {
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_id.then_some(id).ok_or_else(|| ProviderError::Refused {
        status: 404,
        code: Some("resource_missing".to_owned()),
    })
}
