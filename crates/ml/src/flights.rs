//! One call for all who want the same at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use timing::{Clock, within};

use crate::cause::Cause;

type Call<T> = BoxFuture<'static, Result<T, Cause>>;

/// What a call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed<T> {
    pub value: T,
    /// It is the caller's own call, and not one that was under way.
    pub is_ours: bool,
}

enum Boarded<T: Clone> {
    /// It had landed already.
    Landed(T),
    /// Somebody else's, under way.
    Theirs(Shared<Call<T>>),
    Ours(Shared<Call<T>>),
}

/// How many landed values are remembered.
const MOST_LANDED: usize = 256;

/// The calls under way, by what they are about, and what the last ones brought: the caller keeps that,
/// but somebody who has looked there a moment before must not ask again.
#[derive(Debug)]
pub(crate) struct Flights<K, T: Clone> {
    under_way: Mutex<HashMap<K, WeakShared<Call<T>>>>,
    landed: Arc<Mutex<HashMap<K, T>>>,
}

impl<K, T: Clone> Default for Flights<K, T> {
    fn default() -> Self {
        Self {
            under_way: Mutex::default(),
            landed: Arc::default(),
        }
    }
}

impl<K, T> Flights<K, T>
where
    K: Eq + Hash + Clone + Send + 'static,
    T: Clone + Send + 'static,
{
    /// What the call under way brings, or that of `call` if there is none.
    ///
    /// The call goes on as long as anybody waits for it. Somebody with more time than the one who
    /// began it begins anew when that one's time is over.
    ///
    /// # Errors
    /// Why it brought nothing within the caller's own time.
    pub(crate) async fn join(
        &self,
        clock: &Arc<dyn Clock>,
        deadline: Instant,
        key: K,
        call: impl Fn() -> Call<T>,
    ) -> Result<Landed<T>, Cause> {
        loop {
            let (flight, is_ours) = match self.board(&key, &call) {
                Boarded::Landed(value) => {
                    return Ok(Landed {
                        value,
                        is_ours: false,
                    });
                }
                Boarded::Theirs(flight) => (flight, false),
                Boarded::Ours(flight) => (flight, true),
            };
            match within(&**clock, deadline, flight).await {
                None => return Err(Cause::Timeout { cut_short: true }),
                Some(Err(Cause::Timeout { .. } | Cause::NoTime))
                    if !is_ours && clock.instant() < deadline => {}
                Some(outcome) => return outcome.map(|value| Landed { value, is_ours }),
            }
        }
    }

    fn board(&self, key: &K, call: impl Fn() -> Call<T>) -> Boarded<T> {
        let mut under_way = lock(&self.under_way);
        if let Some(value) = lock(&self.landed).get(key).cloned() {
            return Boarded::Landed(value);
        }
        let found = under_way.get(key).and_then(WeakShared::upgrade);
        if let Some(flight) = found.filter(|flight| flight.peek().is_none()) {
            return Boarded::Theirs(flight);
        }
        let (landed, landing) = (Arc::clone(&self.landed), key.clone());
        let flight = call().inspect(move |outcome| {
            if let Ok(value) = outcome {
                let mut landed = lock(&landed);
                if landed.len() >= MOST_LANDED {
                    landed.clear();
                }
                landed.insert(landing, value.clone());
            }
        });
        let flight = flight.boxed().shared();
        // Those that are over are forgotten whenever one takes off.
        under_way.retain(|_, flight| flight.upgrade().is_some());
        if let Some(flight) = flight.downgrade() {
            under_way.insert(key.clone(), flight);
        }
        Boarded::Ours(flight)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use chrono::DateTime;
    use futures_util::future::join_all;
    use timing::{VirtualClock, Wait};
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_hundred_who_want_the_same_make_one_call_and_those_who_come_after_it_none() {
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::at(DateTime::UNIX_EPOCH));
        let deadline = clock.instant() + Duration::from_secs(1);
        let flights = Flights::default();
        let (calls, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let call = || {
            let (calls, gate) = (Arc::clone(&calls), Arc::clone(&gate));
            async move {
                calls.fetch_add(1, Ordering::Relaxed);
                gate.notified().await;
                Ok(7)
            }
            .boxed()
        };
        let all = join_all((0..100).map(|_| flights.join(&clock, deadline, "text", call)));
        let (all, ()) = tokio::join!(all, async { gate.notify_one() });
        assert!(all.iter().all(|landed| landed.as_ref().unwrap().value == 7));
        let ours = all.iter().filter(|landed| landed.as_ref().unwrap().is_ours);
        assert_eq!((ours.count(), calls.load(Ordering::Relaxed)), (1, 1));
        let late = flights.join(&clock, deadline, "text", call).await.unwrap();
        assert_eq!((late.value, late.is_ours), (7, false));
        gate.notify_one();
        let other = flights.join(&clock, deadline, "other", call).await.unwrap();
        assert!(other.is_ours);
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn who_has_more_time_begins_anew_when_that_of_the_first_is_over() {
        let virtual_clock = VirtualClock::at(DateTime::UNIX_EPOCH);
        let clock: Arc<dyn Clock> = Arc::new(virtual_clock.clone());
        let begun = clock.instant();
        let at = |ms| begun + Duration::from_millis(ms);
        let flights: Flights<&str, u8> = Flights::default();
        // Answers after 300 ms to those who wait so long.
        let call = |limit| {
            let clock = Arc::clone(&clock);
            let answered = clock.instant() + Duration::from_millis(300);
            move || {
                let clock = Arc::clone(&clock);
                async move {
                    let answer = clock.sleep_until(answered, Wait::Limit);
                    let done = within(&*clock, limit, answer).await;
                    done.map(|()| 7).ok_or(Cause::Timeout { cut_short: true })
                }
                .boxed()
            }
        };
        let short = flights.join(&clock, at(100), "text", call(at(100)));
        let long = flights.join(&clock, at(900), "text", call(at(900)));
        let driving = async {
            for _ in 0..3 {
                virtual_clock.until_waiting(Wait::Limit).await;
                let _ = virtual_clock.advance_to_next(Wait::Limit);
                tokio::task::yield_now().await;
            }
        };
        let (short, long, ()) = tokio::join!(short, long, driving);
        assert_eq!(short, Err(Cause::Timeout { cut_short: true }));
        assert_eq!(long.map(|landed| landed.value), Ok(7));
    }
}
