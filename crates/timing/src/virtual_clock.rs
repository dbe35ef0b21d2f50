//! A clock that stands still until it is moved, for tests.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::watch;

use crate::clock::{Clock, Wait};

/// Moves only when told to, and wakes those who have waited for that time.
#[derive(Debug, Clone)]
pub struct VirtualClock {
    state: Arc<Mutex<State>>,
    /// How many have begun to wait so far.
    begun: Arc<watch::Sender<u64>>,
}

#[derive(Debug)]
struct State {
    now: DateTime<Utc>,
    instant: Instant,
    sleepers: BTreeMap<u64, Sleeper>,
}

#[derive(Debug)]
struct Sleeper {
    until: Instant,
    wait: Wait,
    waker: Option<Waker>,
}

impl VirtualClock {
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        let state = State {
            now,
            instant: Instant::now(),
            sleepers: BTreeMap::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            begun: Arc::new(watch::Sender::new(0)),
        }
    }

    pub fn advance(&self, by: TimeDelta) {
        let mut state = self.lock();
        state.now += by;
        // Back in the calendar is a clock that somebody sets; the other never goes back.
        state.instant += by.to_std().unwrap_or_default();
        let reached = state.instant;
        for sleeper in state.sleepers.values_mut() {
            if sleeper.until <= reached
                && let Some(waker) = sleeper.waker.take()
            {
                waker.wake();
            }
        }
    }

    /// Moves to the earliest moment that somebody waits for in this way; `None` if nobody does.
    /// How far that was.
    #[must_use]
    pub fn advance_to_next(&self, wait: Wait) -> Option<Duration> {
        let by = {
            let state = self.lock();
            let waiting = state.sleepers.values().filter(|s| s.wait == wait);
            let next = waiting.map(|sleeper| sleeper.until).min()?;
            next.saturating_duration_since(state.instant)
        };
        self.advance(TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX));
        Some(by)
    }

    /// Returns when somebody waits in this way.
    pub async fn until_waiting(&self, wait: Wait) {
        let mut begun = self.begun.subscribe();
        loop {
            begun.borrow_and_update();
            let is_waiting = |s: &Sleeper| s.wait == wait;
            if self.lock().sleepers.values().any(is_waiting) {
                return;
            }
            // The sender lives as long as `self`, so this only ever ends by a change.
            if begun.changed().await.is_err() {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> DateTime<Utc> {
        self.lock().now
    }

    fn instant(&self) -> Instant {
        self.lock().instant
    }

    fn sleep_until(&self, at: Instant, wait: Wait) -> BoxFuture<'static, ()> {
        Sleep {
            clock: self.clone(),
            until: at,
            wait,
            id: None,
        }
        .boxed()
    }
}

/// One who waits: known to the clock from the first poll until it is dropped.
struct Sleep {
    clock: VirtualClock,
    until: Instant,
    wait: Wait,
    id: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut state = clock.lock();
        if self.until <= state.instant {
            return Poll::Ready(());
        }
        let waker = Some(context.waker().clone());
        if let Some(sleeper) = self.id.and_then(|id| state.sleepers.get_mut(&id)) {
            sleeper.waker = waker;
            return Poll::Pending;
        }
        let id = *clock.begun.borrow() + 1;
        let (until, wait) = (self.until, self.wait);
        state.sleepers.insert(id, Sleeper { until, wait, waker });
        self.id = Some(id);
        // Under the lock, so that no two get one id.
        clock.begun.send_replace(id);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.clock.lock().sleepers.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::within;

    fn clock() -> VirtualClock {
        VirtualClock::at(DateTime::UNIX_EPOCH)
    }

    #[tokio::test]
    async fn who_waits_wakes_at_that_moment_and_not_before() {
        let clock = clock();
        let at = clock.instant() + Duration::from_millis(100);
        let mut sleep = clock.sleep_until(at, Wait::Pause);
        assert!((&mut sleep).now_or_never().is_none());
        clock.advance(TimeDelta::milliseconds(99));
        assert!((&mut sleep).now_or_never().is_none());
        clock.advance(TimeDelta::milliseconds(1));
        assert!((&mut sleep).now_or_never().is_some());
    }

    #[tokio::test]
    async fn time_is_moved_to_the_earliest_of_a_kind() {
        let clock = clock();
        let after = |ms| clock.instant() + Duration::from_millis(ms);
        let waiting = async {
            tokio::join!(
                clock.sleep_until(after(300), Wait::Limit),
                clock.sleep_until(after(200), Wait::Pause),
                clock.sleep_until(after(100), Wait::Limit),
            );
        };
        let driving = async {
            clock.until_waiting(Wait::Pause).await;
            let [first, second, third] = [Wait::Limit, Wait::Pause, Wait::Limit];
            let mut moved = Vec::new();
            for wait in [first, second, third] {
                moved.push(clock.advance_to_next(wait).unwrap().as_millis());
                tokio::task::yield_now().await;
            }
            moved
        };
        let ((), moved) = tokio::join!(waiting, driving);
        assert_eq!(moved, [100, 100, 100]);
        assert_eq!(clock.advance_to_next(Wait::Limit), None);
    }

    #[tokio::test]
    async fn what_has_not_ended_by_its_limit_is_dropped() {
        let clock = clock();
        let limit = clock.instant() + Duration::from_millis(5);
        let cut = within(&clock, limit, std::future::pending::<()>());
        let (cut, ()) = tokio::join!(cut, async {
            clock.until_waiting(Wait::Limit).await;
            let _ = clock.advance_to_next(Wait::Limit);
        });
        assert_eq!(cut, None);
        assert_eq!(within(&clock, limit, async { 7 }).await, Some(7));
    }

    #[test]
    fn a_calendar_that_is_set_back_leaves_the_other_time_alone() {
        let clock = clock();
        let before = clock.instant();
        clock.advance(TimeDelta::hours(-1));
        assert_eq!(clock.instant(), before);
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH - TimeDelta::hours(1));
    }
}
