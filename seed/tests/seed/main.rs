//! Fixtures, loaded into a migrated SQLite file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod demo;
mod market;
mod refused;
