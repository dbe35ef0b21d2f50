//! The use cases: one function each, one transaction each, called alike by handlers, jobs,
//! commands and the seed.
//!
//! Those that only write to the database take the caller's [`persistence::Tx`], so that an
//! idempotency key or a whole seed can commit with them. Those that hash a password or call a
//! provider in between make their own transactions, and none is open during a call.

pub mod accounts;
pub mod applications;
pub mod bookings;
pub mod checkout;
pub mod clock;
pub mod documents;
pub mod email_verification;
pub mod embeddings;
pub mod erasure;
mod error;
mod error_chain;
pub mod event_masking;
pub mod explain;
pub mod fault_points;
pub mod jobs;
pub mod mail;
pub mod matching;
pub mod moderation;
mod one_time_tokens;
pub mod orders;
pub mod overtaken;
mod panic_words;
pub mod password_change;
pub mod password_reset;
pub mod passwords;
pub mod payouts;
pub mod premium;
pub mod reconcile;
pub mod refunds;
pub mod retention;
pub mod reviews;
pub mod secrets;
pub mod sessions;
pub mod settlement;
pub mod sign_in;
mod throttle;
mod tools;
pub mod tutors;
pub mod webhooks;

pub use error::{SeenVersion, ServiceError};
pub use error_chain::error_chain;
pub use panic_words::panic_words;
pub use tools::Tools;
