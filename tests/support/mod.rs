//! What every test stands on: an application with a database, a clock and a Stripe of its own, and
//! clients that speak to it as somebody.

mod app;
mod client;
mod contract;
mod database;
mod document;
mod jobs;
mod letters;
mod logs;
mod market;
mod openai;
mod ready;
mod scene;
mod schema;
mod served;
mod stripe;
mod tables;

pub use app::{Deployment, TestApp, signing_secrets};
pub use client::{Answer, Client, HOST};
pub use contract::Exchange;
pub use database::TestDatabase;
pub use document::{Operation, document, operations, resolved};
pub use jobs::never;
pub use letters::{Behaviour, Postbox, SmtpServer};
pub use logs::{errors_about, keep_errors, trail_ids_of};
pub use market::{document_body, id, order_body, profile_body};
pub use openai::{as_time_passes, models_at, start_openai};
pub use ready::Ready;
pub use scene::{Scene, Side, UNKNOWN, example_of};
pub use schema::faults;
pub use served::{Served, Shot, assert_one_and_its_replays, assert_steady, tally};
pub use tables::table_lines;
