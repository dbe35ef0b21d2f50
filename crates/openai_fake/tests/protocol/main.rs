//! The fake as its users see it: HTTP over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod api;
mod client;
mod connections;
mod control;
mod embeddings;
mod flawed;
mod ranking;
mod seen;
