//! The one retry loop around calls to Stripe, and the one place that knows `backoff`.
//!
//! `backoff` alone is not enough: it doesn't count tries, looks at the time only between them, and
//! applies its cap before the jitter. Here the tries are counted, every call has a time limit, and
//! a deadline stands around all of it. The client's own retries are off, for they would make up an
//! idempotency key of their own.
//! Source: <https://docs.stripe.com/error-low-level#should-retry>.

use std::future::Future;
use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff;
use stripe::StripeError;
use tokio::time::{Instant, timeout, timeout_at};

use crate::error::ProviderError;

/// How often and how long a call is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// Calls in all, the first included.
    pub max_tries: u32,
    /// For all tries and the waits between them: a person is waiting for the answer.
    pub deadline: Duration,
    /// For one call.
    pub call_timeout: Duration,
    /// The longest wait after the first try; doubled after each.
    pub first_wait: Duration,
    /// The longest wait after any try.
    pub max_wait: Duration,
}

impl RetryPolicy {
    pub(crate) fn with_call_timeout(call_timeout: Duration) -> Self {
        Self {
            max_tries: 4,
            deadline: Duration::from_secs(8),
            call_timeout,
            first_wait: Duration::from_millis(300),
            max_wait: Duration::from_millis(1_200),
        }
    }
}

/// Calls until an answer, a refusal, or the end of the policy's patience.
///
/// `call` must ask for the same thing with the same idempotency key every time.
///
/// # Errors
/// What the last try failed with.
pub(crate) async fn with_retries<T, F, Fut>(
    operation: &'static str,
    policy: RetryPolicy,
    mut call: F,
) -> Result<T, ProviderError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, StripeError>>,
{
    let ends_at = Instant::now() + policy.deadline;
    let mut attempt: u32 = 0;
    let try_once = || {
        attempt += 1;
        let (attempt, answer) = (attempt, call());
        async move {
            let time_left = ends_at.saturating_duration_since(Instant::now());
            let cause = match timeout(policy.call_timeout.min(time_left), answer).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => Cause::of(error),
                Err(_) => Cause::Transient("timeout"),
            };
            let is_final = matches!(cause, Cause::Refused { .. });
            let failure = Failure { attempt, cause };
            Err(if is_final {
                backoff::Error::permanent(failure)
            } else {
                backoff::Error::transient(failure)
            })
        }
    };
    let log_retried = |failure: Failure, delay| failure.log(operation, delay);
    let schedule = Schedule::new(policy, ends_at);
    let tries = backoff::future::retry_notify(schedule, try_once, log_retried);
    match timeout_at(ends_at, tries).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => {
            failure.log(operation, Duration::ZERO);
            Err(failure.cause.into())
        }
        Err(_) => {
            log::warn!(operation, cause = "deadline"; "gave up on Stripe");
            Err(ProviderError::UNAVAILABLE)
        }
    }
}

/// The waits between tries: full jitter under a doubling ceiling, until the tries are used up or
/// the deadline would pass.
struct Schedule {
    jittered: ExponentialBackoff,
    retries_left: u32,
    ends_at: Instant,
}

impl Schedule {
    fn new(policy: RetryPolicy, ends_at: Instant) -> Self {
        let jittered = ExponentialBackoff {
            // With a factor of 1 a wait is anything from nothing to twice the interval, so the
            // intervals are half of the ceilings that we promise.
            randomization_factor: 1.0,
            initial_interval: policy.first_wait / 2,
            current_interval: policy.first_wait / 2,
            max_interval: policy.max_wait / 2,
            multiplier: 2.0,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        };
        Self {
            jittered,
            retries_left: policy.max_tries.saturating_sub(1),
            ends_at,
        }
    }
}

impl Backoff for Schedule {
    fn next_backoff(&mut self) -> Option<Duration> {
        self.retries_left = self.retries_left.checked_sub(1)?;
        let wait = self.jittered.next_backoff()?;
        (Instant::now() + wait < self.ends_at).then_some(wait)
    }
}

/// One try that brought nothing.
struct Failure {
    attempt: u32,
    cause: Cause,
}

impl Failure {
    /// Neither the messages of the error nor anything that was sent is logged: they may hold
    /// personal data, and Stripe's message about a wrong key shows a part of it.
    fn log(&self, operation: &'static str, delay: Duration) {
        let attempt = self.attempt;
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        match &self.cause {
            Cause::Transient(cause) => {
                log::warn!(operation, attempt, cause, delay_ms; "a call to Stripe failed");
            }
            Cause::Refused { status, code } => {
                let code = code.as_deref().unwrap_or("unknown");
                log::warn!(
                    operation, attempt, cause = "refused", status, code, delay_ms;
                    "Stripe refused a call"
                );
            }
        }
    }
}

/// Why a try failed, as far as it decides what to do next.
enum Cause {
    /// Another try may bring more. The text is a class for the log.
    Transient(&'static str),
    Refused {
        status: u16,
        code: Option<String>,
    },
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
}

impl From<Cause> for ProviderError {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Transient(_) => Self::UNAVAILABLE,
            Cause::Refused { status, code } => Self::Refused { status, code },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: RetryPolicy = RetryPolicy {
        max_tries: 4,
        deadline: Duration::from_secs(5),
        call_timeout: Duration::from_millis(50),
        first_wait: Duration::from_millis(2),
        max_wait: Duration::from_millis(4),
    };

    #[tokio::test]
    async fn a_call_that_always_fails_is_tried_four_times() {
        let mut calls = 0;
        let outcome = with_retries("test", QUICK, || {
            calls += 1;
            async { Err::<(), _>(StripeError::ClientError("refused".into())) }
        })
        .await;
        assert_eq!((outcome, calls), (Err(ProviderError::UNAVAILABLE), 4));
    }

    #[tokio::test]
    async fn a_call_that_hangs_is_cut_off_and_tried_again() {
        let mut calls = 0;
        let outcome = with_retries("test", QUICK, || {
            calls += 1;
            let hangs = calls < 3;
            async move {
                if hangs {
                    std::future::pending::<()>().await;
                }
                Ok(7)
            }
        })
        .await;
        assert_eq!((outcome, calls), (Ok(7), 3));
    }

    #[tokio::test]
    async fn the_deadline_ends_everything() {
        let policy = RetryPolicy {
            deadline: Duration::from_millis(80),
            call_timeout: Duration::MAX,
            ..QUICK
        };
        let started = Instant::now();
        let outcome = with_retries("test", policy, std::future::pending::<Result<(), _>>).await;
        assert_eq!(outcome, Err(ProviderError::UNAVAILABLE));
        assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn waits_stay_under_their_ceilings_and_end() {
        let policy = RetryPolicy::with_call_timeout(Duration::from_secs(3));
        let far = Instant::now() + Duration::from_secs(60);
        for _ in 0..200 {
            let mut schedule = Schedule::new(policy, far);
            for ceiling_ms in [300, 600, 1_200] {
                let wait = schedule.next_backoff().unwrap();
                // The jitter may overshoot by the nanosecond that it adds.
                assert!(wait <= Duration::from_millis(ceiling_ms + 1), "{wait:?}");
            }
            assert_eq!(schedule.next_backoff(), None);
        }
        assert_eq!(Schedule::new(policy, Instant::now()).next_backoff(), None);
    }
}
