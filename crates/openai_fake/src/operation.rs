//! What a request asks for.

use hyper::Method;
use serde::{Deserialize, Serialize};

/// The calls that the platform makes, and all the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `POST /v1/embeddings`
    Embeddings,
    /// `POST /v1/chat/completions`
    Chat,
    /// `GET /v1/models`, and whatever doesn't exist.
    Other,
}

impl Operation {
    pub fn of(method: &Method, path: &str) -> Self {
        match (method, path) {
            (&Method::POST, "/v1/embeddings") => Self::Embeddings,
            (&Method::POST, "/v1/chat/completions") => Self::Chat,
            _ => Self::Other,
        }
    }
}
