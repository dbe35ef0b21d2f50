//! Which of Stripe's errors are worth another try, and how patient we are.
//!
//! The loop itself is that of `timing`; the client's own retries are off, for they would make up an
//! idempotency key of their own.
//! Source: <https://docs.stripe.com/error-low-level#should-retry>.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use stripe::StripeError;
use timing::{Again, Clock, Jitter, Policy, SystemClock, Tries, TryError};

use crate::error::ProviderError;

/// For all tries and the pauses between them: a person is waiting for the answer.
const DEADLINE: Duration = Duration::from_secs(8);

/// How often and how long a call is tried.
#[derive(Clone)]
pub(crate) struct Patience {
    policy: Policy,
    deadline: Duration,
    // Sockets are waited for in real time, whatever time it is for the use cases.
    clock: Arc<dyn Clock>,
    jitter: Arc<Jitter>,
}

impl Patience {
    pub(crate) fn with_call_timeout(call_timeout: Duration) -> Self {
        Self {
            policy: Policy {
                max_tries: 4,
                call_timeout,
                first_delay: Duration::from_millis(300),
                max_delay: Duration::from_millis(1_200),
                shortest_call: Duration::from_millis(50),
            },
            deadline: DEADLINE,
            clock: Arc::new(SystemClock),
            jitter: Arc::new(Jitter::random()),
        }
    }
}

/// Calls until an answer, a refusal, or the end of our patience.
///
/// `call` must ask for the same thing with the same idempotency key every time.
///
/// # Errors
/// What the last try failed with.
pub(crate) async fn with_retries<T, Fut>(
    operation: &'static str,
    patience: &Patience,
    mut call: impl FnMut() -> Fut,
) -> Result<T, ProviderError>
where
    Fut: Future<Output = Result<T, StripeError>>,
{
    let tries = Tries {
        clock: &patience.clock,
        jitter: &patience.jitter,
        policy: patience.policy,
        deadline: patience.clock.instant() + patience.deadline,
        failed: &|cause: &Cause, attempt, pause| cause.log(operation, attempt, pause),
    };
    let answer = timing::with_retries(tries, |_| {
        let answer = call();
        async move { answer.await.map_err(Cause::of) }
    });
    Ok(answer.await?)
}

/// Why a try failed, as far as it decides what to do next.
#[derive(Debug)]
enum Cause {
    /// Another try may bring more. The text is a class for the log.
    Transient(&'static str),
    Refused {
        status: u16,
        code: Option<String>,
    },
    /// There was no time for another try.
    Deadline,
}

impl TryError for Cause {
    fn timed_out(_: bool) -> Self {
        Self::Transient("timeout")
    }

    fn no_time() -> Self {
        Self::Deadline
    }

    fn again(&self) -> Again {
        match self {
            Self::Transient(_) => Again::Soon,
            Self::Refused { .. } | Self::Deadline => Again::Never,
        }
    }
}

impl Cause {
    fn of(error: StripeError) -> Self {
        match error {
            StripeError::Stripe(answer, status) => match status {
                // Another call with the same idempotency key is under way.
                409 => Self::Transient("conflict"),
                424 => Self::Transient("dependency_failed"),
                429 => Self::Transient("rate_limited"),
                500.. => Self::Transient("server_error"),
                _ => Self::Refused {
                    status,
                    code: Some(match &answer.code {
                        Some(code) => code.as_str().to_owned(),
                        None => answer.type_.as_str().to_owned(),
                    }),
                },
            },
            // The client gives this for an error that isn't Stripe's JSON, such as a proxy's 502,
            // and keeps no status of it.
            StripeError::JSONDeserialize(_) => Self::Transient("unreadable_answer"),
            StripeError::ClientError(_) => Self::Transient("connection"),
            StripeError::Timeout => Self::Transient("timeout"),
            StripeError::ConfigError(_) => Self::Refused {
                status: 400,
                code: Some("client_configuration".to_owned()),
            },
        }
    }

    /// Neither the messages of the error nor anything that was sent is logged: they may hold
    /// personal data, and Stripe's message about a wrong key shows a part of it.
    fn log(&self, operation: &'static str, attempt: u32, pause: Option<Duration>) {
        let pause = pause.unwrap_or_default();
        let delay_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        match self {
            Self::Transient(cause) => {
                log::warn!(operation, attempt, cause, delay_ms; "a call to Stripe failed");
            }
            Self::Refused { status, code } => {
                let code = code.as_deref().unwrap_or("unknown");
                log::warn!(
                    operation, attempt, cause = "refused", status, code;
                    "Stripe refused a call"
                );
            }
            Self::Deadline => {
                log::warn!(operation, attempt, cause = "deadline"; "gave up on Stripe");
            }
        }
    }
}

impl From<Cause> for ProviderError {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Transient(_) | Cause::Deadline => Self::UNAVAILABLE,
            Cause::Refused { status, code } => Self::Refused { status, code },
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use futures_util::FutureExt;
    use timing::{VirtualClock, Wait};

    use super::*;

    #[tokio::test]
    async fn a_call_that_always_fails_is_tried_four_times_within_the_deadline() {
        let (calls, outcome, _) = tried(|| async { Err(StripeError::ClientError("no".into())) });
        assert_eq!((outcome, calls), (Err(ProviderError::UNAVAILABLE), 4));
    }

    #[tokio::test]
    async fn a_call_that_hangs_is_cut_off_and_tried_until_eight_seconds_are_over() {
        let (calls, outcome, took) = tried(std::future::pending);
        assert_eq!((outcome, calls), (Err(ProviderError::UNAVAILABLE), 3));
        assert_eq!(took, Duration::from_secs(8));
    }

    #[tokio::test]
    async fn a_refusal_is_not_tried_again() {
        let refused = || async { Err(StripeError::ConfigError("no".into())) };
        let (calls, outcome, _) = tried(refused);
        assert!(matches!(outcome, Err(ProviderError::Refused { .. })));
        assert_eq!(calls, 1);
    }

    /// On a clock that moves only for those who wait: how many calls, what came of them, and when.
    fn tried<Fut>(call: impl Fn() -> Fut) -> (u32, Result<(), ProviderError>, Duration)
    where
        Fut: Future<Output = Result<(), StripeError>>,
    {
        let clock = VirtualClock::at(DateTime::UNIX_EPOCH);
        let patience = Patience {
            clock: Arc::new(clock.clone()),
            jitter: Arc::new(Jitter::seeded(7)),
            ..Patience::with_call_timeout(Duration::from_secs(3))
        };
        let (begun, mut calls) = (clock.instant(), 0);
        let mut work = Box::pin(with_retries("test", &patience, || {
            calls += 1;
            call()
        }));
        let outcome = loop {
            if let Some(outcome) = (&mut work).now_or_never() {
                break outcome;
            }
            let paused = clock.advance_to_next(Wait::Pause);
            let _ = paused.or_else(|| clock.advance_to_next(Wait::Limit));
        };
        drop(work);
        (calls, outcome, clock.instant().duration_since(begun))
    }
}
