//! The fake's clock: real time plus an offset that only grows. It stamps objects and events, as
//! Stripe's test clocks do (<https://docs.stripe.com/billing/testing/test-clocks>); signatures and
//! retries keep to real time.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

#[derive(Debug, Default)]
pub struct Clock {
    offset: TimeDelta,
    /// Set while something that was due earlier is done at its own time.
    standing_at: Option<DateTime<Utc>>,
}

impl Clock {
    pub fn now(&self) -> DateTime<Utc> {
        self.standing_at.unwrap_or_else(|| {
            Self::real_now()
                .checked_add_signed(self.offset)
                .unwrap_or(DateTime::<Utc>::MAX_UTC)
        })
    }

    pub fn stand_at(&mut self, moment: DateTime<Utc>) {
        self.standing_at = Some(moment);
    }

    pub fn go_on(&mut self) {
        self.standing_at = None;
    }

    /// Unix seconds, the only kind of time that Stripe's objects carry.
    pub fn seconds(&self) -> i64 {
        self.now().timestamp()
    }

    pub fn real_now() -> DateTime<Utc> {
        Utc::now()
    }

    /// How far the clock runs ahead of real time.
    pub fn offset_seconds(&self) -> i64 {
        self.offset.num_seconds()
    }

    /// Saturates: a jump further than chrono can count stays at the last moment it knows.
    pub fn advance(&mut self, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
        self.offset = self.offset.checked_add(&by).unwrap_or(TimeDelta::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_moves_the_clock_and_not_real_time() {
        let mut clock = Clock::default();
        clock.advance(Duration::from_secs(86_400));
        let ahead = clock.seconds() - Clock::real_now().timestamp();
        assert!((86_399..=86_401).contains(&ahead), "{ahead}");
    }

    #[test]
    fn an_absurd_jump_does_not_panic() {
        let mut clock = Clock::default();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), DateTime::<Utc>::MAX_UTC);
    }
}
