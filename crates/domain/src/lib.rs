//! The rules of the marketplace: pure functions and types, no I/O, no clock, no randomness.
//!
//! One file per resource, named as that resource is named in every other crate. A rule that a
//! handler, a job and the seed all obey lives here once; what parallel writers could break is
//! guarded by the database (see the `migration` crate) and not here.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap,
        reason = "a test that panics has failed, which is what it is for"
    )
)]

pub mod access;
pub mod account;
pub mod application;
pub mod availability;
pub mod booking;
pub mod document;
pub mod embedding;
pub mod language;
pub mod ledger;
pub mod lesson_format;
pub mod matching;
pub mod money;
pub mod order;
pub mod overtaken;
pub mod payment;
pub mod payout;
pub mod premium;
pub mod registration;
pub mod review;
pub mod search;
pub mod settlement;
pub mod sign_in;
#[cfg(test)]
mod state_machines;
pub mod story;
pub mod stripe_facts;
pub mod subscription;
pub mod text_enum;
pub mod tutor;
pub mod validation;

// For `text_enum!`, where it is used outside this crate.
#[doc(hidden)]
pub use serde;
