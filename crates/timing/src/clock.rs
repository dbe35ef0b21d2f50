//! What time it is. Use cases are told; only commands and the log ask the machine.

use std::future::Future;
use std::time::Instant;

use chrono::{DateTime, Utc};
use futures_util::future::Either;
use futures_util::future::{BoxFuture, FutureExt, select};

/// A source of time: that of the calendar, and one that only ever goes forward.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;

    /// For measuring and for deadlines: unlike [`now`](Self::now) nobody sets it.
    fn instant(&self) -> Instant;

    /// Waits until then; not at all if it is past.
    fn sleep_until(&self, at: Instant, wait: Wait) -> BoxFuture<'static, ()>;
}

/// Why somebody waits. A clock that is moved by hand may hurry the one and not the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nothing goes on meanwhile: the pause before another try.
    Pause,
    /// The most that something under way may take.
    Limit,
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant, _: Wait) -> BoxFuture<'static, ()> {
        tokio::time::sleep_until(at.into()).boxed()
    }
}

/// What `work` comes to, or nothing if it has not ended by then: it is dropped at that moment.
pub async fn within<T>(
    clock: &dyn Clock,
    limit: Instant,
    work: impl Future<Output = T>,
) -> Option<T> {
    let work = std::pin::pin!(work);
    // The work comes first: what is done at the last moment is done.
    match select(work, clock.sleep_until(limit, Wait::Limit)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}
