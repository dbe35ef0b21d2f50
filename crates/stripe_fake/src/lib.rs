//! Stripe's protocol, offline: what `tutors demo` and the tests talk to instead of
//! <https://api.stripe.com>.
//!
//! The real `async-stripe` client sends it the same form-encoded requests as it would send to
//! Stripe; it answers with objects of the same shape, shows a pay page where nobody's money moves,
//! and posts signed events to the webhook. It knows only what Tutors Platform uses, and never
//! leaves the machine: it is refused outside debug mode by whoever starts it.
//!
//! ```text
//! api_request -> idempotency -> customers, sessions, … -> state ─┐
//! pay_page    ----------------> completion -------------> state ─┤ events
//!                                                                └-> delivery -> webhook
//! ```
//!
//! Every change goes through `Fake::transact`: one lock, one step of the clock, and the
//! events that it made are sent after the lock is gone.
// Stripe's objects are long, and `json!` takes a step of recursion for every field.
#![recursion_limit = "256"]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )
)]

mod api_error;
mod api_request;
mod by_hand;
mod census;
mod changes;
mod charges;
mod clock;
mod collecting;
mod completion;
mod config;
mod control;
mod control_api;
mod control_body;
mod control_error;
mod customers;
mod delayed_money;
mod delivery;
mod disorder;
mod disputes;
mod disputing;
mod events;
mod fake;
mod faults;
mod form;
mod html;
mod idempotency;
mod ids;
mod invoice_lines;
mod invoice_payments;
mod invoices;
mod invoicing;
mod line_items;
mod new_session;
mod overview;
mod pages;
mod params;
mod passing_time;
mod pay_page;
mod pay_page_html;
mod payment_intents;
mod periods;
mod portal;
mod portal_page;
mod refunding;
mod refunds;
mod scenarios;
mod server;
mod session_api;
mod sessions;
mod signature;
mod state;
mod subscription_api;
mod subscription_life;
mod subscriptions;

pub use completion::PayError;
pub use config::{DeliveryPolicy, Disorder, StripeFakeConfig};
pub use control::{Payment, StripeFake};
pub use control_error::ControlError;
pub use delivery::{DeliverError, WebhookAnswer};
pub use disputing::DisputeStep;
pub use faults::Fault;
pub use server::start;
pub use signature::sign;
