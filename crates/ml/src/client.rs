//! Whether, how often and how long the provider is asked: the one way to it.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use secrecy::ExposeSecret;
use timing::{Clock, Jitter, Policy, Tries, with_retries};

use crate::breaker::{Breaker, CircuitState, Permit};
use crate::cause::Cause;
use crate::config::{OpenAiConfig, OpenAiConfigError};
use crate::retry_budget::RetryBudget;
use crate::telemetry::Try;
use crate::transport::Transport;

domain::text_enum! {
    /// What is asked for.
    Operation { Embeddings = "embeddings", ChatCompletion = "chat_completion" }
}

/// Whether somebody waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Foreground,
    /// A job, which may ask again later.
    Background,
}

/// On whose behalf somebody is asked, and until when.
#[derive(Debug, Clone)]
pub struct Asking {
    pub urgency: Urgency,
    /// For the log.
    pub request_id: Option<String>,
    /// Nothing goes on past it.
    pub deadline: Instant,
}

/// One provider. Shared by all who ask it.
///
/// `main` must have installed rustls' crypto provider before:
/// `rustls::crypto::aws_lc_rs::default_provider().install_default()`.
pub struct OpenAi {
    pub(crate) client: Client<OpenAIConfig>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    policy: Policy,
    breaker: Breaker,
    retries: RetryBudget,
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl OpenAi {
    /// # Errors
    /// A key that can't be sent in a header, or an address that isn't HTTP's.
    pub fn new(
        config: &OpenAiConfig,
        clock: Arc<dyn Clock>,
        jitter: Jitter,
    ) -> Result<Self, OpenAiConfigError> {
        let api_key = config.api_key.expose_secret();
        if api_key.is_empty() || !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(OpenAiConfigError::ApiKey);
        }
        if !matches!(config.base_url.scheme(), "http" | "https") || !config.base_url.has_host() {
            return Err(OpenAiConfigError::BaseUrl);
        }
        let base = config.base_url.as_str().trim_end_matches('/');
        let settings = OpenAIConfig::new()
            .with_api_base(base)
            .with_api_key(api_key);
        // A redirect could take the key and the texts anywhere.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| OpenAiConfigError::Client)?;
        let transport = Transport {
            http: http.clone(),
            clock: Arc::clone(&clock),
        };
        Ok(Self {
            client: Client::build(http, settings).with_http_service(transport),
            clock,
            jitter,
            policy: config.policy,
            breaker: Breaker::new(),
            retries: RetryBudget::new(),
        })
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Whether the provider is asked at present.
    #[must_use]
    pub fn circuit(&self) -> CircuitState {
        self.breaker.state(self.clock.instant())
    }

    /// Asks until an answer that `read` can use, a refusal, or the end of our patience.
    ///
    /// # Errors
    /// What the last call failed with that was made.
    pub(crate) async fn ask<R, T, Fut>(
        &self,
        operation: Operation,
        asking: &Asking,
        request: impl Fn() -> Fut,
        read: impl Fn(R) -> Result<T, Cause>,
    ) -> Result<T, Cause>
    where
        Fut: Future<Output = Result<R, OpenAIError>>,
    {
        let told = |attempt| Try {
            operation,
            asking,
            attempt,
            left: asking
                .deadline
                .saturating_duration_since(self.clock.instant()),
        };
        let last = Mutex::new(None);
        let failed = |cause: &Cause, attempt, pause: Option<Duration>| {
            told(attempt).failed(*cause, pause);
            if cause.was_asked() {
                *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(*cause);
            }
        };
        let tries = Tries {
            clock: &self.clock,
            jitter: &self.jitter,
            policy: self.policy,
            deadline: asking.deadline,
            failed: &failed,
        };
        let (told, read, request) = (&told, &read, &request);
        // Boxed: a call lies deep in a match, and its state is large.
        let answer = Box::pin(with_retries(tries, |attempt| async move {
            let answer = self.try_once(attempt, asking, request(), read).await?;
            told(attempt).succeeded();
            Ok(answer)
        }));
        let answer = answer.await;
        let last = last.into_inner().unwrap_or_else(PoisonError::into_inner);
        // That the circuit opened in between is the consequence, not the cause.
        answer.map_err(|cause: Cause| last.unwrap_or(cause))
    }

    async fn try_once<R, T>(
        &self,
        attempt: u32,
        asking: &Asking,
        answer: impl Future<Output = Result<R, OpenAIError>>,
        read: impl Fn(R) -> Result<T, Cause>,
    ) -> Result<T, Cause> {
        if attempt > 1 && !self.retries.spend() {
            return Err(Cause::RetriesSpent);
        }
        let begun = self.clock.instant();
        let limit = begun + self.policy.call_timeout;
        let has_full_time = limit <= asking.deadline;
        let permit = self.breaker.admit(begun, asking.urgency, has_full_time);
        let permit = permit.ok_or(Cause::CircuitOpen)?;
        if attempt == 1 {
            self.retries.earn();
        }
        let watched = Watched {
            permit: Some(permit),
            clock: &*self.clock,
            limit,
        };
        let answer = answer.await;
        let answer = answer.map_err(|error| cause_of(&error)).and_then(read);
        watched.ended(answer.as_ref().map(|_| ()).map_err(|cause| *cause));
        answer
    }
}

/// A call under way. Dropped, it was not answered: by us, when its time was over, or with the caller,
/// who had less.
struct Watched<'a> {
    permit: Option<Permit<'a>>,
    clock: &'a dyn Clock,
    limit: Instant,
}

impl Watched<'_> {
    fn ended(mut self, outcome: Result<(), Cause>) {
        if let Some(permit) = self.permit.take() {
            permit.ended(self.clock.instant(), outcome);
        }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            let now = self.clock.instant();
            let cut_short = now < self.limit;
            permit.ended(now, Err(Cause::Timeout { cut_short }));
        }
    }
}

fn cause_of(error: &OpenAIError) -> Cause {
    match error {
        OpenAIError::Boxed(error) => error
            .downcast_ref::<Cause>()
            .copied()
            .unwrap_or(Cause::Connection),
        OpenAIError::JSONDeserialize(..) => Cause::BadReply,
        OpenAIError::Reqwest(_) => Cause::Connection,
        // What the client refuses to send.
        _ => Cause::Refused { status: 400 },
    }
}
