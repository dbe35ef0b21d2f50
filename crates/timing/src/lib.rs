//! Waiting: what time it is, and how often and how long a call to somebody else is tried.
//!
//! [`retry`] is the one retry loop of the house and the one place that knows `backoff`. Which errors
//! are worth another try is said by those who call, not here.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "a test may fail by panicking"
    )
)]

mod clock;
mod jitter;
mod retry;
mod virtual_clock;

pub use clock::{Clock, SystemClock, Wait, within};
pub use jitter::Jitter;
pub use retry::{Again, Policy, Tries, TryError, with_retries};
pub use virtual_clock::VirtualClock;
