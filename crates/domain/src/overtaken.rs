//! What the clock does to an order by itself, and with it to the bids on it.
//!
//! Reading applies these moves to the rows that it shows, the sweep writes them down: both ask
//! here, so no answer depends on whether the sweep has run. Each move bears the time at which the
//! clock made it, not that of whoever noticed.

use chrono::{DateTime, Utc};

use crate::application::ApplicationEvent;
use crate::order::{OrderEvent, OrderStatus};

/// What has happened to an order since it was last written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overtaken {
    /// Its booking was not paid in time, so it opened again.
    pub reopened_at: Option<DateTime<Utc>>,
    /// Open, it reached its end; one whose end had passed meanwhile expires as it opens.
    pub expired_at: Option<DateTime<Utc>>,
}

impl Overtaken {
    /// For an order as it is written, of which `unpaid_until` is the end of its pending booking.
    #[must_use]
    pub fn of(
        status: OrderStatus,
        expires_at: DateTime<Utc>,
        unpaid_until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let reopened_at =
            unpaid_until.filter(|until| status == OrderStatus::InProgress && *until <= now);
        let open_since = match status {
            OrderStatus::Open => Some(DateTime::<Utc>::MIN_UTC),
            _ => reopened_at,
        };
        let expired_at = open_since
            .map(|since| since.max(expires_at))
            .filter(|at| *at <= now);
        Self {
            reopened_at,
            expired_at,
        }
    }

    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// The moves of the order, in their order.
    pub fn of_order(self) -> impl Iterator<Item = (OrderEvent, DateTime<Utc>)> {
        self.moves(OrderEvent::Reopen, OrderEvent::Expire)
    }

    /// The moves of each bid on it, as far as its state has them.
    pub fn of_application(self) -> impl Iterator<Item = (ApplicationEvent, DateTime<Utc>)> {
        self.moves(ApplicationEvent::Reopen, ApplicationEvent::Reject)
    }

    fn moves<E>(self, on_reopening: E, on_expiry: E) -> impl Iterator<Item = (E, DateTime<Utc>)> {
        let reopening = self.reopened_at.map(|at| (on_reopening, at));
        let expiry = self.expired_at.map(|at| (on_expiry, at));
        reopening.into_iter().chain(expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_enum::TextEnum;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn overtaken(
        status: OrderStatus,
        ends: i64,
        unpaid: Option<i64>,
        now: i64,
    ) -> [Option<i64>; 2] {
        let found = Overtaken::of(status, at(ends), unpaid.map(at), at(now));
        [found.reopened_at, found.expired_at].map(|time| time.map(|time| time.timestamp()))
    }

    #[test]
    fn an_open_order_expires_at_its_end() {
        assert_eq!(overtaken(OrderStatus::Open, 10, None, 9), [None, None]);
        assert_eq!(overtaken(OrderStatus::Open, 10, None, 10), [None, Some(10)]);
    }

    #[test]
    fn an_order_opens_again_when_its_booking_was_not_paid_in_time() {
        let in_progress = OrderStatus::InProgress;
        assert_eq!(overtaken(in_progress, 90, Some(10), 9), [None, None]);
        assert_eq!(overtaken(in_progress, 90, Some(10), 10), [Some(10), None]);
        assert_eq!(
            overtaken(in_progress, 90, Some(10), 95),
            [Some(10), Some(90)]
        );
    }

    #[test]
    fn an_order_whose_end_passed_in_progress_expires_as_it_opens_again() {
        let in_progress = OrderStatus::InProgress;
        assert_eq!(overtaken(in_progress, 10, None, 99), [None, None]);
        assert_eq!(overtaken(in_progress, 10, Some(20), 19), [None, None]);
        assert_eq!(
            overtaken(in_progress, 10, Some(20), 20),
            [Some(20), Some(20)]
        );
    }

    #[test]
    fn what_has_ended_stays_as_it_is() {
        for &status in OrderStatus::ALL {
            if !matches!(status, OrderStatus::Open | OrderStatus::InProgress) {
                assert_eq!(overtaken(status, 10, Some(10), 99), [None, None]);
            }
        }
    }
}
