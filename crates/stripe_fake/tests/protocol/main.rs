//! The fake as its users see it: the real `async-stripe` client in front, a webhook endpoint
//! behind, plain HTTP for the pay page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod api;
mod control;
mod customers;
mod disorder;
mod disputes;
mod events;
mod faults;
mod outcomes;
mod pay_page;
mod paying;
mod plain;
mod portal;
mod refunds;
mod shop;
mod subscriptions;
mod webhook;
