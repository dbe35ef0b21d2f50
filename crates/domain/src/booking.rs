//! Bookings: what choosing an application makes, and the life of it.

use chrono::{DateTime, Duration, SubsecRound, Utc};

use crate::money::Money;
use crate::settlement::Reversal;
use crate::text_enum::{Event, InvalidState, TextEnum, invalid_state, text_enum};
use crate::validation::{FieldProblem, Violations, within};

text_enum! {
    BookingStatus {
        /// Chosen, not yet paid.
        Pending = "pending",
        /// Paid. Only a verified payment leads here.
        Confirmed = "confirmed",
        Completed = "completed",
        Cancelled = "cancelled",
        Expired = "expired",
        Disputed = "disputed",
        Refunded = "refunded",
    }
}

text_enum! {
    /// What can happen to a booking.
    BookingEvent {
        /// A payment was verified.
        Confirm = "confirm",
        Complete = "complete",
        Cancel = "cancel",
        Expire = "expire",
        Reschedule = "reschedule",
        Dispute = "dispute",
        Refund = "refund",
    }
}

text_enum! {
    /// Who ended a booking.
    CancelledBy { Student = "student", Tutor = "tutor", Platform = "platform" }
}

impl Event for BookingEvent {
    fn is_called(self) -> bool {
        match self {
            Self::Complete | Self::Cancel | Self::Reschedule => true,
            // Disputes are known to the rules and have no call yet.
            Self::Confirm | Self::Expire | Self::Dispute | Self::Refund => false,
        }
    }
}

impl BookingStatus {
    fn next(self, event: BookingEvent) -> Option<Self> {
        match (self, event) {
            // Paid in time, an expired one is confirmed after all if word of it comes late.
            (Self::Pending | Self::Expired, BookingEvent::Confirm) => Some(Self::Confirmed),
            (Self::Confirmed, BookingEvent::Complete) => Some(Self::Completed),
            (Self::Pending | Self::Confirmed, BookingEvent::Cancel) => Some(Self::Cancelled),
            (Self::Pending, BookingEvent::Expire) => Some(Self::Expired),
            (Self::Pending | Self::Confirmed, BookingEvent::Reschedule) => Some(self),
            (Self::Confirmed | Self::Completed, BookingEvent::Dispute) => Some(Self::Disputed),
            (Self::Confirmed | Self::Cancelled | Self::Disputed, BookingEvent::Refund) => {
                Some(Self::Refunded)
            }
            _ => None,
        }
    }

    /// The state after `event`. A dispute that is won leads back to what was before it, which the
    /// booking's row remembers.
    ///
    /// # Errors
    /// The state has no such move.
    pub fn on(self, event: BookingEvent) -> Result<Self, InvalidState> {
        self.next(event)
            .ok_or_else(|| invalid_state(self, Self::next))
    }

    /// The refusal of a move that the state has, but not at this time: its others remain.
    #[must_use]
    pub fn not_now(self, event: BookingEvent) -> InvalidState {
        let mut refused = invalid_state(self, Self::next);
        refused.allowed.retain(|allowed| *allowed != event.as_str());
        refused
    }

    /// The state as the clock has it: a pending booking past its time is expired, whether or not a
    /// job has written that down.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>, pending_until: DateTime<Utc>) -> Self {
        if self == Self::Pending && pending_until <= now {
            Self::Expired
        } else {
            self
        }
    }
}

/// The state of a booking as what went back of its payment has it. `before_dispute` is the row's
/// memory of where a disputed one came from.
///
/// It starts from where calls and the clock had brought the booking, so the order in which refunds
/// and disputes are heard of can't matter. What was refunded stays so. Of a lesson that took place
/// only a lost dispute makes a refunded one.
#[must_use]
pub fn after_reversal(
    status: BookingStatus,
    before_dispute: Option<BookingStatus>,
    reversal: &Reversal,
) -> BookingStatus {
    use BookingStatus::{Cancelled, Completed, Confirmed, Disputed, Refunded};
    let undisputed = match status {
        Disputed => before_dispute.unwrap_or(Confirmed),
        other => other,
    };
    match undisputed {
        Completed if reversal.was_gone && reversal.was_lost => Refunded,
        Confirmed | Cancelled if reversal.was_gone => Refunded,
        Confirmed | Completed if reversal.has_open_dispute => Disputed,
        other => other,
    }
}

/// How long a booking waits for its payment.
pub const PENDING_LIFETIME: Duration = Duration::hours(24);
/// Until so many hours before the start a cancellation is refunded whole; frozen into each booking.
pub const FREE_CANCELLATION_HOURS: i64 = 12;
/// The length of a lesson that names none.
pub const DEFAULT_DURATION_MINUTES: i64 = 60;

/// The longest lesson there is.
pub const LONGEST_LESSON: Duration = Duration::hours(8);

/// When a lesson is; `[starts_at, ends_at)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl Period {
    /// Nothing if no start is named: the two agree on one later.
    ///
    /// # Errors
    /// A start that isn't in the next year, a length outside 15 minutes to 8 hours, or a length
    /// without a start.
    pub fn parse(
        starts_at: Option<DateTime<Utc>>,
        duration_minutes: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, Violations> {
        // PostgreSQL keeps microseconds.
        let starts_at = starts_at.map(|at| at.trunc_subsecs(6));
        let mut wrong = Violations::default();
        let minutes = wrong.take(
            "/duration_minutes",
            within(
                duration_minutes.unwrap_or(DEFAULT_DURATION_MINUTES),
                15,
                LONGEST_LESSON.num_minutes(),
            ),
        );
        match starts_at {
            None if duration_minutes.is_some() => wrong.add("/starts_at", FieldProblem::Required),
            Some(starts_at) if starts_at <= now => {
                wrong.add("/starts_at", FieldProblem::MustBeFuture);
            }
            Some(starts_at) if starts_at > now + Duration::days(366) => {
                let max = (now + Duration::days(366)).timestamp();
                wrong.add("/starts_at", FieldProblem::TooLarge { max });
            }
            _ => {}
        }
        wrong.into_result()?;
        Ok(starts_at.zip(minutes).map(|(starts_at, minutes)| Self {
            starts_at,
            ends_at: starts_at + Duration::minutes(minutes),
        }))
    }
}

/// When a booking made now is given up unless it is paid: after a day, or at its start.
#[must_use]
pub fn pending_until(now: DateTime<Utc>, period: Option<Period>) -> DateTime<Utc> {
    let a_day = now + PENDING_LIFETIME;
    let end = period.map_or(a_day, |p| p.starts_at.min(a_day));
    // Stripe tells the time of a payment to the second: an end between two of them could be both
    // past and not.
    end.trunc_subsecs(0)
}

/// Whether a lesson is over, so that it can be completed. One without a time never is.
#[must_use]
pub fn is_over(now: DateTime<Utc>, ends_at: Option<DateTime<Utc>>) -> bool {
    ends_at.is_some_and(|ends_at| ends_at <= now)
}

/// What a cancellation of a paid booking gives back, by the policy that it froze.
#[must_use]
pub fn refund_on_cancellation(
    total: Money,
    by: CancelledBy,
    now: DateTime<Utc>,
    starts_at: Option<DateTime<Utc>>,
    free_cancellation_hours: i64,
) -> Money {
    let in_time = starts_at
        .is_none_or(|starts_at| now <= starts_at - Duration::hours(free_cancellation_hours));
    if by != CancelledBy::Student || in_time {
        total
    } else {
        Money { minor: 0, ..total }
    }
}

/// Whether a lesson can still be moved: only before the time from which a cancellation costs.
#[must_use]
pub fn may_move(
    now: DateTime<Utc>,
    starts_at: Option<DateTime<Utc>>,
    free_cancellation_hours: i64,
) -> bool {
    starts_at.is_none_or(|starts_at| now < starts_at - Duration::hours(free_cancellation_hours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_payment_makes_a_booking_confirmed() {
        for &state in BookingStatus::ALL {
            for &event in BookingEvent::ALL {
                if state != BookingStatus::Confirmed
                    && state.on(event) == Ok(BookingStatus::Confirmed)
                {
                    assert_eq!(event, BookingEvent::Confirm, "{state:?}");
                }
            }
        }
    }

    #[test]
    fn a_refused_move_names_the_moves_that_a_call_makes() {
        let refused = BookingStatus::Pending
            .on(BookingEvent::Complete)
            .unwrap_err();
        assert_eq!(refused.allowed, ["cancel", "reschedule"]);
        let over = BookingStatus::Refunded
            .on(BookingEvent::Cancel)
            .unwrap_err();
        assert!(over.allowed.is_empty());
    }

    #[test]
    fn a_lesson_is_moved_more_than_twelve_hours_before_it_begins() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let twelve_hours = start - Duration::hours(12);
        assert!(may_move(
            twelve_hours - Duration::seconds(1),
            Some(start),
            12
        ));
        assert!(!may_move(twelve_hours, Some(start), 12));
        assert!(may_move(start, None, 12));
    }

    #[test]
    fn a_late_cancellation_is_free_only_for_the_tutor() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let total = Money::rub(150_000);
        let refund = |by, hours_before| {
            refund_on_cancellation(
                total,
                by,
                start - Duration::hours(hours_before),
                Some(start),
                12,
            )
            .minor
        };
        assert_eq!(refund(CancelledBy::Student, 12), 150_000);
        assert_eq!(refund(CancelledBy::Student, 11), 0);
        assert_eq!(refund(CancelledBy::Tutor, 1), 150_000);
    }
}
