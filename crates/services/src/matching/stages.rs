//! How long each stage of a match took, for whoever wonders where the time went.

use std::time::{Duration, Instant};

use crate::clock::Clock;

/// The stages that are over, in their order.
pub(super) struct Stages<'a> {
    clock: &'a dyn Clock,
    began: Instant,
    last: Instant,
    ended: Vec<(&'static str, Duration)>,
}

impl<'a> Stages<'a> {
    /// What came before, since the request `arrived`, belongs to the whole and to no stage.
    pub(super) fn begin(clock: &'a dyn Clock, arrived: Instant) -> Self {
        Self {
            clock,
            began: arrived,
            last: clock.instant(),
            ended: Vec::new(),
        }
    }

    pub(super) fn end(&mut self, stage: &'static str) {
        let now = self.clock.instant();
        self.ended
            .push((stage, now.saturating_duration_since(self.last)));
        self.last = now;
    }

    /// Milliseconds since the request arrived.
    pub(super) fn elapsed_ms(&self) -> i64 {
        let elapsed = self.clock.instant().saturating_duration_since(self.began);
        i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
    }

    pub(super) fn into_ended(self) -> Vec<(&'static str, Duration)> {
        self.ended
    }
}
