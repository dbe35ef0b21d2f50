//! Markets that were written down: a fixture is read, and told to the use cases as it happened.
//!
//! Every entry goes through the same rules as a request would, at the time that it names and for
//! the person that it names, so what a seed leaves behind is what the API could have made. All of
//! a fixture is loaded or nothing, and what stops it is named by its entry.
//!
//! ```text
//! parse -> fixture -> references -> history -> load -> teller ─┬─ joining, and all that follows -> services
//!                                                              └─ purchases -> stripe_events -> webhooks
//! ```

mod drafts;
mod error;
mod fixture;
mod generate;
mod history;
mod joining;
mod load;
mod purchases;
mod references;
mod scribe;
mod stripe_events;
mod teller;
mod write;

pub use error::SeedError;
pub use fixture::{Application, Booking, Fixture, Moment, Order, Review, Student, Tutor, parse};
pub use generate::{MarketPlan, generate};
pub use load::{Loaded, load};
pub use write::{WriteOptions, Written, password_salt, write_market};
