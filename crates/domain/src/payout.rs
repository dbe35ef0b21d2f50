//! What is owed to tutors, and when.

use chrono::{DateTime, TimeDelta, Utc};

use crate::text_enum::text_enum;

text_enum! {
    PayoutStatus {
        /// Earned, not yet paid out.
        Owed = "owed",
        /// On a list that was given to whoever pays.
        Exported = "exported",
        Paid = "paid",
        /// Nothing is left of it: the money went back to the student.
        Void = "void",
    }
}

/// How long the money of a lesson is kept back, so that what a student disputes isn't gone by then.
pub const DISPUTE_WINDOW: TimeDelta = TimeDelta::days(7);

/// When what was earned at `released_at` can be paid out.
#[must_use]
pub fn due_at(released_at: DateTime<Utc>) -> DateTime<Utc> {
    released_at + DISPUTE_WINDOW
}
