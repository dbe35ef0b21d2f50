//! The circuit breaker: a provider that fails is left alone for a while, so that nobody waits for it.
//!
//! One for the whole provider. It knows no time of its own and makes no calls.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cause::Cause;
use crate::client::Urgency;

/// How far back calls are remembered.
const WINDOW: Duration = Duration::from_secs(30);
/// Fewer calls than this tell nothing.
const FEWEST_CALLS: usize = 5;
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(60);

domain::text_enum! {
    /// Whether the provider is asked.
    CircuitState {
        Closed = "closed",
        /// Not asked until its rest is over.
        Open = "open",
        /// One call is under way to find out; nobody else asks.
        HalfOpen = "half_open",
    }
}

/// What a call says of its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Bad,
    /// No other call will be answered either: not one more is needed to know it.
    Dead,
    /// The call's own fault, or cut off by us: it tells nothing.
    Unknown,
}

impl Health {
    fn of(outcome: Result<(), Cause>, urgency: Urgency) -> Self {
        match outcome {
            // A model that declines is there.
            Ok(()) | Err(Cause::Declined) => Self::Good,
            Err(Cause::Auth { .. }) => Self::Dead,
            // Nobody may shut the provider off for all by a small budget or an odd text.
            Err(
                Cause::Timeout { cut_short: true }
                | Cause::NoTime
                | Cause::CircuitOpen
                | Cause::RetriesSpent,
            ) => Self::Unknown,
            Err(Cause::Refused { status }) if status != 404 => Self::Unknown,
            // Many texts at once take longer than one, and one of them may be odd.
            Err(Cause::Timeout { .. } | Cause::BadReply) if urgency == Urgency::Background => {
                Self::Unknown
            }
            Err(
                Cause::Timeout { cut_short: false }
                | Cause::Connection
                | Cause::RateLimited { .. }
                | Cause::QuotaExhausted
                | Cause::Server { .. }
                | Cause::Refused { .. }
                | Cause::BadReply,
            ) => Self::Bad,
        }
    }
}

/// Shared by all calls to one provider.
#[derive(Debug)]
pub(crate) struct Breaker(Mutex<Circuit>);

#[derive(Debug)]
struct Circuit {
    state: State,
    /// When calls ended, and whether well; oldest first.
    calls: VecDeque<(Instant, bool)>,
    /// How long the next rest will be.
    next_rest: Duration,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed,
    Open { until: Instant },
    Probing,
}

/// Leave to make one call; how that ended has to be told.
#[derive(Debug)]
#[must_use]
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    urgency: Urgency,
    is_probe: bool,
}

impl Breaker {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Circuit {
            state: State::Closed,
            calls: VecDeque::new(),
            next_rest: FIRST_REST,
        }))
    }

    /// Leave to call, or not. Whoever has less time than a call is granted could not tell whether the
    /// provider is well, and work in the background leaves the finding out to those who wait, unless
    /// nobody does.
    pub(crate) fn admit(
        &self,
        now: Instant,
        urgency: Urgency,
        has_full_time: bool,
    ) -> Option<Permit<'_>> {
        let mut circuit = self.lock();
        let since = match urgency {
            Urgency::Foreground => Duration::ZERO,
            Urgency::Background => LONGEST_REST,
        };
        let is_probe = match circuit.state {
            State::Closed => false,
            State::Open { until } if has_full_time && until + since <= now => {
                circuit.state = State::Probing;
                true
            }
            State::Open { .. } | State::Probing => return None,
        };
        Some(Permit {
            breaker: self,
            urgency,
            is_probe,
        })
    }

    pub(crate) fn state(&self, now: Instant) -> CircuitState {
        match self.lock().state {
            State::Closed => CircuitState::Closed,
            State::Open { until } if until > now => CircuitState::Open,
            State::Open { .. } | State::Probing => CircuitState::HalfOpen,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Circuit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The call has ended.
    pub(crate) fn ended(self, now: Instant, outcome: Result<(), Cause>) {
        let mut circuit = self.breaker.lock();
        match (self.is_probe, Health::of(outcome, self.urgency)) {
            (true, Health::Good) => circuit.heal(),
            (true, Health::Bad | Health::Dead) => circuit.open(now),
            // Of several that were under way the first says it.
            (false, Health::Dead) if circuit.is_closed() => circuit.open(now),
            (false, Health::Dead) => {}
            // Whoever comes next probes.
            (true, Health::Unknown) => circuit.state = State::Open { until: now },
            (false, Health::Unknown) => {}
            (false, Health::Good) => circuit.note(now, true),
            (false, Health::Bad) => circuit.note(now, false),
        }
    }
}

impl Circuit {
    fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    fn note(&mut self, now: Instant, is_good: bool) {
        // A call that was begun before it opened tells nothing new.
        if !self.is_closed() {
            return;
        }
        self.calls.push_back((now, is_good));
        while let Some((at, _)) = self.calls.front()
            && now.saturating_duration_since(*at) >= WINDOW
        {
            self.calls.pop_front();
        }
        let failures = self.calls.iter().filter(|(_, is_good)| !is_good).count();
        let fails = self.calls.len() >= FEWEST_CALLS && failures * 2 >= self.calls.len();
        // A good call is no reason, even if better ones have just grown too old to count.
        if fails && !is_good {
            self.open(now);
        }
    }

    fn open(&mut self, now: Instant) {
        let rest = self.next_rest;
        self.next_rest = rest.saturating_mul(2).min(LONGEST_REST);
        self.calls.clear();
        log::warn!(
            rest_ms = u64::try_from(rest.as_millis()).unwrap_or(u64::MAX);
            "OpenAI fails: it is left alone for a while"
        );
        self.state = State::Open { until: now + rest };
    }

    fn heal(&mut self) {
        self.next_rest = FIRST_REST;
        self.calls.clear();
        log::info!("OpenAI answers again");
        self.state = State::Closed;
    }
}

#[cfg(test)]
mod tests;
