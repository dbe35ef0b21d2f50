//! OpenAI, behind our own words: the one crate that knows `async-openai`.
//!
//! Two calls and no more: the embedding of texts ([`Embedder`]) and a wish for an order of candidates
//! ([`Reranker`]). Both go through one [`OpenAi`], which decides whether, how often and how long a
//! provider is asked. A match never fails for want of it: whatever goes wrong is a [`Cause`], and a
//! cause is a reason to show ([`Degraded`]).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "a test may fail by panicking"
    )
)]

mod breaker;
mod cause;
mod client;
mod config;
mod degraded;
mod embedder;
mod external;
mod flights;
mod reranker;
mod retry_budget;
mod telemetry;
mod transport;

pub use breaker::CircuitState;
pub use cause::Cause;
pub use client::{Asking, OpenAi, Urgency};
pub use config::{DEFAULT_POLICY, OpenAiConfig, OpenAiConfigError};
pub use degraded::Degraded;
pub use embedder::Embedder;
pub use external::{External, Models};
pub use flights::Landed;
pub use reranker::Reranker;
pub use telemetry::describe_metrics;
