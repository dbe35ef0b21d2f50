//! The one retry loop, over `backoff`.
//!
//! `backoff` alone is not enough: it doesn't count tries, takes a server's word for any pause, looks at
//! the time only between tries, and caps an interval before its jitter. Here the tries are counted,
//! each has a limit, a pause is never longer than its cap nor than the time that is left, and nothing
//! goes on past the deadline.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backoff::backoff::{Backoff, Stop};
use backoff::future::{Retry, Sleeper};
use futures_util::future::BoxFuture;

use crate::clock::{Clock, Wait, within};
use crate::jitter::Jitter;

/// How often and how long a call is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Calls in all, the first included.
    pub max_tries: u32,
    /// For one call.
    pub call_timeout: Duration,
    /// The longest pause after the first try; doubled after each.
    pub first_delay: Duration,
    /// The longest pause after any try, whatever the server asks for.
    pub max_delay: Duration,
    /// With less time left no call is begun: it could not be answered.
    pub shortest_call: Duration,
}

impl Policy {
    /// The longest pause after that many tries.
    #[must_use]
    pub fn ceiling(&self, tries: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
        self.first_delay.saturating_mul(doubled).min(self.max_delay)
    }
}

/// Whether another try may bring more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Never,
    Soon,
    /// Not before that: the server says so.
    After(Duration),
}

/// Why a try failed.
pub trait TryError {
    /// It was not answered in time; `cut_short` if it had less time than the policy grants a call.
    fn timed_out(cut_short: bool) -> Self;

    /// No call was made: there was no time for one.
    fn no_time() -> Self;

    fn again(&self) -> Again;
}

/// A series of tries, and whom to tell of each that failed.
pub struct Tries<'a, E> {
    pub clock: &'a Arc<dyn Clock>,
    pub jitter: &'a Jitter,
    pub policy: Policy,
    /// Nothing goes on past it.
    pub deadline: Instant,
    /// Told of the error, which try it was, and the pause before the next one, if there is one.
    pub failed: &'a (dyn Fn(&E, u32, Option<Duration>) + Sync),
}

/// Calls until an answer, a refusal, or the end of the policy's patience; `call` is told which try it
/// is, from 1.
///
/// # Errors
/// What the last try failed with.
pub async fn with_retries<T, E: TryError, Fut>(
    tries: Tries<'_, E>,
    mut call: impl FnMut(u32) -> Fut,
) -> Result<T, E>
where
    Fut: Future<Output = Result<T, E>>,
{
    let mut attempt = 0;
    let tries = &tries;
    let try_once = || {
        attempt += 1;
        let answer = call(attempt);
        async move {
            match tries.limited(answer).await {
                Ok(value) => Ok(value),
                Err(error) => {
                    let pause = tries.pause_after(&error, attempt);
                    (tries.failed)(&error, attempt, pause);
                    Err(match pause {
                        Some(pause) => backoff::Error::retry_after(error, pause),
                        None => backoff::Error::permanent(error),
                    })
                }
            }
        }
    };
    // Every pause is decided above, where the error is known; the schedule has none of its own.
    let mut schedule = Stop {};
    schedule.reset();
    let sleeper = ByClock(Arc::clone(tries.clock));
    Retry::new(sleeper, schedule, |_: E, _: Duration| (), try_once).await
}

impl<E: TryError> Tries<'_, E> {
    fn left(&self) -> Duration {
        self.deadline
            .saturating_duration_since(self.clock.instant())
    }

    async fn limited<T>(&self, answer: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let left = self.left();
        if left < self.policy.shortest_call {
            return Err(E::no_time());
        }
        let limit = self.clock.instant() + left.min(self.policy.call_timeout);
        match within(&**self.clock, limit, answer).await {
            Some(answered) => answered,
            None => Err(E::timed_out(left < self.policy.call_timeout)),
        }
    }

    /// How long to wait before the next try; `None` if there is none.
    fn pause_after(&self, error: &E, attempt: u32) -> Option<Duration> {
        if attempt >= self.policy.max_tries {
            return None;
        }
        let least = match error.again() {
            Again::Never => return None,
            Again::Soon => Duration::ZERO,
            Again::After(asked) => asked,
        };
        // Those who are told the same pause shall not come back together either.
        let pause = least.max(self.jitter.up_to(self.policy.ceiling(attempt)));
        let is_worth_it = self.left() >= pause.saturating_add(self.policy.shortest_call);
        (pause <= self.policy.max_delay && is_worth_it).then_some(pause)
    }
}

struct ByClock(Arc<dyn Clock>);

impl Sleeper for ByClock {
    type Sleep = BoxFuture<'static, ()>;

    fn sleep(&self, pause: Duration) -> Self::Sleep {
        self.0.sleep_until(self.0.instant() + pause, Wait::Pause)
    }
}

#[cfg(test)]
mod tests;
