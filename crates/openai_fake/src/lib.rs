//! OpenAI's protocol, offline: what the tests and the demo talk to instead of
//! <https://api.openai.com/v1>.
//!
//! Whatever client speaks to OpenAI sends it the same requests and reads answers of the same shape.
//! Beyond being there it can be absent in every way that a provider can: late, silent, reset,
//! throttled, wrong. It knows only what Tutors Platform uses, needs no model and never leaves the
//! machine.
//!
//! ```text
//! port -> connection -> exchange -> seen ─┬-> faults: what is planned for this request
//!                                         └-> api -> embeddings | chat -> ranking
//! ```
//!
//! A connection carries one request (`Connection: close`), so what is planned for a connection
//! happens to exactly one request, and no client's pool hides a failure behind a second try.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )
)]

mod api;
mod chat;
mod config;
mod connection;
mod control;
mod control_api;
mod control_server;
mod embeddings;
mod exchange;
mod fake;
mod faults;
mod gullibility;
mod held;
mod misbehaviour;
mod operation;
mod port;
mod ranking;
mod reply;
mod seen;
mod server;
pub mod trigrams;

pub use config::OpenAiFakeConfig;
pub use control::OpenAiFake;
pub use faults::Fault;
pub use gullibility::speaks_to_the_model;
pub use operation::Operation;
pub use ranking::Ranking;
pub use seen::SeenRequest;
pub use server::start;
