//! The OpenAPI document as the tests read it: made by the application, like the one it serves.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::http::Method;
use serde_json::Value;

use super::client::BASE;

/// One thing that the API can be asked for.
pub struct Operation {
    pub method: Method,
    /// Below the API's base; with `{id}` where an id belongs.
    pub path: String,
    pub id: String,
    pub spec: Value,
}

/// The document.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(&api::openapi::json().unwrap()).unwrap());
    &DOCUMENT
}

/// Every operation of the document.
pub fn operations() -> &'static [Operation] {
    static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        let paths = document()["paths"].as_object().unwrap();
        let methods = |(path, item): (&String, &Value)| {
            let path = path.strip_prefix(BASE).unwrap().to_owned();
            let item = item.as_object().unwrap().clone();
            item.into_iter().map(move |(method, spec)| Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                id: spec["operationId"].as_str().unwrap().to_owned(),
                spec,
            })
        };
        paths.iter().flat_map(methods).collect()
    });
    &OPERATIONS
}

/// The operation that a request is for: its path is whole, without a query.
pub fn find(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.strip_prefix(BASE)?;
    // A word comes before an id: `/subjects/popular` before `/subjects/{id}`, whatever the method.
    let there = operations()
        .iter()
        .filter(|operation| operation.is_at(path));
    let nearest = there.min_by_key(|operation| operation.path.matches('{').count())?;
    operations()
        .iter()
        .find(|operation| operation.method == method && operation.path == nearest.path)
}

/// What a `$ref` stands for.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            let pointer = reference.strip_prefix('#').unwrap();
            resolved(document().pointer(pointer).unwrap())
        }
        None => value,
    }
}

impl Operation {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// What kind of thing its id is of.
    pub fn thing(&self) -> &str {
        let before = self.path.split("/{").next().unwrap_or_default();
        before.rsplit('/').next().unwrap_or_default()
    }

    /// Stripe's own call, which has neither a caller nor a body of ours.
    pub fn is_webhook(&self) -> bool {
        self.takes("header", "Stripe-Signature")
    }

    fn is_at(&self, path: &str) -> bool {
        let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (known, asked) = (segments(&self.path), segments(path));
        known.len() == asked.len()
            && known
                .iter()
                .zip(&asked)
                .all(|(known, asked)| known.starts_with('{') || known == asked)
    }

    pub fn is_public(&self) -> bool {
        self.spec["security"].as_array().is_some_and(Vec::is_empty)
    }

    /// The roles that may call it; none where everybody signed in may.
    pub fn roles(&self) -> BTreeSet<&str> {
        let requirements = self.spec["security"].as_array();
        requirements
            .into_iter()
            .flatten()
            .flat_map(|requirement| requirement["bearer"].as_array().unwrap())
            .map(|role| role.as_str().unwrap())
            .collect()
    }

    /// The parameters that stand in `place`: `path`, `query`, `header`.
    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.spec["parameters"].as_array();
        all.into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == place)
            .collect()
    }

    pub fn takes(&self, place: &str, name: &str) -> bool {
        let parameters = self.parameters(place);
        parameters.iter().any(|parameter| parameter["name"] == name)
    }

    pub fn requires(&self, place: &str, name: &str) -> bool {
        self.parameters(place)
            .iter()
            .any(|parameter| parameter["name"] == name && parameter["required"] == true)
    }

    /// Whether it is a list that is read page by page.
    pub fn is_list(&self) -> bool {
        self.method == Method::GET && self.takes("query", "limit")
    }

    /// Its JSON body: schema and example.
    pub fn body(&self) -> Option<&Value> {
        self.spec.pointer("/requestBody/content/application~1json")
    }

    pub fn needs_body(&self) -> bool {
        self.spec["requestBody"]["required"] == true
    }

    pub fn answer(&self, status: u16) -> Option<&Value> {
        self.spec["responses"].get(status.to_string())
    }

    /// The codes that a refusal of this status can have.
    pub fn codes(&self, status: u16) -> BTreeSet<&str> {
        let examples = self.answer(status).and_then(|answer| {
            answer["content"]["application/problem+json"]["examples"].as_object()
        });
        examples
            .into_iter()
            .flat_map(|examples| examples.keys().map(String::as_str))
            .collect()
    }
}
