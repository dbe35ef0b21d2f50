//! How good a match is, kept.
#![allow(
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod documented;
mod kept;
mod repeatable;
