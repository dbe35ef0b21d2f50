//! Whole-system tests: the application as it is served, on a real database of its own for each
//! test. `TEST_POSTGRES_URL` runs them on PostgreSQL, without it they run on SQLite.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that panics has failed, which is what it is for"
)]

mod support;

mod access;
mod accounts;
mod admin;
mod applications;
mod architecture;
mod bookings;
mod configuration;
mod conventions;
mod crash;
mod gate;
mod housekeeping;
mod jobs;
mod matches;
mod migrations;
mod models;
mod openapi;
mod orders;
mod payments;
mod privacy;
mod seed;
mod subjects;
mod tutors;
mod vectors;
mod walk;
