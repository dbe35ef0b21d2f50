//! Stripe, behind our own words: the one crate that knows `async-stripe`.
//!
//! Three things and no more: who sent a webhook ([`signature`]), what it says ([`events`]), and
//! the calls that take money, give it back and ask what has happened ([`Stripe`]). What follows from a fact is decided in
//! `domain`, what is kept is decided in `persistence`; here is neither database nor HTTP server.
//!
//! The generated types of `async-stripe` belong to one version of Stripe's API. They are used for
//! our own calls, whose version the client pins, and never for events, whose version the
//! dashboard chooses.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "a test may fail by panicking"
    )
)]

pub mod events;
pub mod masking;
pub mod signature;

mod checkout;
mod client;
mod customers;
mod error;
mod event_list;
mod portal;
mod raw;
mod refunds;
mod retry;
mod subscriptions;

#[cfg(test)]
mod canned_stripe;

pub use checkout::{OpenedSession, SessionMode, SessionRequest, SessionState};
pub use client::{Stripe, StripeConfig, StripeConfigError};
pub use customers::CustomerRequest;
pub use error::ProviderError;
pub use event_list::{EVENT_LISTS, EventPage};
pub use refunds::{RefundRequest, SentRefund};
