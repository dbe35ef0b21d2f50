//! The API as it should be: the key, the paths, and who answers which.

use hyper::{Method, StatusCode, header::AUTHORIZATION, http::request::Parts};
use serde_json::json;

use crate::{
    chat, embeddings,
    fake::Fake,
    faults::Fault,
    operation::Operation,
    reply::{Answer, refusal},
};

const MODELS: [&str; 3] = [
    "text-embedding-3-small",
    "text-embedding-3-large",
    "gpt-4o-mini",
];

/// `fault` matters to what is wrong inside a vector only; the others are not this module's.
pub fn answer(
    fake: &Fake,
    operation: Operation,
    head: &Parts,
    body: &[u8],
    fault: Option<&Fault>,
) -> Answer {
    if !has_key(head, &fake.config.api_key) {
        return refusal(
            StatusCode::UNAUTHORIZED,
            Some("invalid_api_key"),
            "Incorrect API key provided.",
        );
    }
    match operation {
        Operation::Embeddings => embeddings::answer(body, fault),
        Operation::Chat => chat::answer(body, &fake.ranking()),
        Operation::Other => other(&head.method, head.uri.path()),
    }
}

fn has_key(head: &Parts, key: &str) -> bool {
    head.headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|given| given == key)
}

fn other(method: &Method, path: &str) -> Answer {
    match (method, path) {
        (&Method::GET, "/v1/models") => {
            let model = |id: &&str| json!({"id": id, "object": "model", "created": 1_700_000_000, "owned_by": "fake"});
            let models: Vec<_> = MODELS.iter().map(model).collect();
            Answer::ok(&json!({"object": "list", "data": models}))
        }
        (_, "/v1/models" | "/v1/embeddings" | "/v1/chat/completions") => {
            let message = format!("Not allowed to {method} on {path}");
            refusal(StatusCode::METHOD_NOT_ALLOWED, None, &message)
        }
        _ => {
            let message = format!("Invalid URL ({method} {path})");
            refusal(StatusCode::NOT_FOUND, None, &message)
        }
    }
}
