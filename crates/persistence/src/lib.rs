//! What is stored, and the queries on it: one file per aggregate, each with its row as sea-orm
//! sees it and the functions that read and write it.
//!
//! Reading functions take a [`Reader`]: the database or a transaction. Writing ones take a
//! [`Tx`], which only [`write`] makes. No rule lives here: rules are in `domain`, and what
//! parallel writers could break is a constraint of the schema.

pub mod applications;
pub mod audit;
pub mod bookings;
pub mod consents;
mod db;
pub mod embedding_cache;
pub mod erasure;
mod error;
pub mod idempotency;
mod inspect;
pub mod jobs;
mod keyset;
pub mod ledger;
pub mod mails;
pub mod market;
pub mod matches;
pub mod one_time_tokens;
pub mod order_match_notices;
pub mod orders;
pub mod outbox;
pub mod payments;
pub mod payouts;
pub mod reconciliations;
pub mod refresh_tokens;
pub mod refunds;
pub mod reviews;
mod rows;
pub mod seed_runs;
pub mod sessions;
pub mod sign_in_failures;
mod stored;
pub mod stripe_customers;
pub mod stripe_facts;
pub mod subjects;
pub mod tutor_candidates;
pub mod tutor_cards;
pub mod tutor_documents;
pub mod tutor_embeddings;
pub mod tutor_hours;
pub mod tutor_listing;
pub mod tutor_moderation;
pub mod tutor_search;
pub mod tutor_subjects;
pub mod tutors;
mod tx;
pub mod users;
mod vector_column;
pub mod vector_store;
pub mod webhook_events;

pub use db::{Db, DbConfig, Patience, Reader};
pub use error::StoreError;
pub use inspect::{
    execute_for_tests, integer_for_tests, plans_for_tests, schema_for_tests, texts_for_tests,
};
pub use keyset::{Cursor, Page, PageRequest};
pub use stored::Stored;
pub use tx::{Actor, Scope, Stamp, Tx, TxError, write};

/// JSON as it is stored.
pub type Json = serde_json::Value;
