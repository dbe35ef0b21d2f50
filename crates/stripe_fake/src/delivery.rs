//! Posting events to the webhook: <https://docs.stripe.com/webhooks>.
//!
//! The events of one action go out in the order they were made; one that is not answered 2xx is
//! tried again on its own, so it may arrive after later ones, as at Stripe.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Client, StatusCode, redirect};
use serde_json::Value;
use tokio::{runtime::Handle, sync::oneshot, task::JoinSet, time};

use crate::{clock::Clock, config::StripeFakeConfig, events::Event, fake::SharedState, signature};

/// Long enough in all (some 45 s) for a server that starts after the fake.
const RETRY_DELAYS_MS: [u64; 6] = [100, 300, 1_000, 3_000, 10_000, 30_000];
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long whoever caused the events waits to hear about them; retries go on after that.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the webhook answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAnswer {
    pub status: u16,
    pub body: String,
}

impl WebhookAnswer {
    /// 2xx: <https://docs.stripe.com/webhooks#acknowledge-events-immediately>.
    pub fn is_acknowledgement(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why an event did not reach the webhook.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error("no such event: {0}")]
    NoSuchEvent(String),
    #[error("the webhook gave no answer")]
    NoAnswer(#[source] reqwest::Error),
}

/// Events to be posted, one after the other.
pub struct Dispatch {
    pub events: Vec<Event>,
    pub delay: Duration,
    /// False where some of what was made is not among them.
    pub is_whole: bool,
}

/// Posts events from tasks of the runtime that started the fake.
pub struct Deliveries {
    postman: Postman,
    runtime: Handle,
    tasks: Mutex<JoinSet<()>>,
}

impl Deliveries {
    /// Must be called inside a tokio runtime.
    pub fn new(config: &StripeFakeConfig, state: SharedState) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            // The webhook is on this machine: a proxy of the environment could not reach it.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()?;
        let url = config.webhook_url.clone();
        let postman = Postman {
            client,
            url,
            secret: config.webhook_secret.clone(),
            state,
        };
        Ok(Self {
            postman,
            runtime: Handle::current(),
            tasks: Mutex::new(JoinSet::new()),
        })
    }

    /// Starts sending; the receipt tells how it went, and what was `made`.
    pub fn dispatch(&self, dispatch: Dispatch, made: Vec<Made>) -> Receipt {
        if dispatch.events.is_empty() {
            return Receipt { report: None, made };
        }
        let (report, receipt) = oneshot::channel();
        let postman = self.postman.clone();
        self.spawn(async move {
            time::sleep(dispatch.delay).await;
            let delivered = postman.deliver_all(dispatch.events).await;
            // Whoever caused the events may have stopped waiting.
            let _ = report.send(delivered && dispatch.is_whole);
        });
        Receipt {
            report: Some(receipt),
            made,
        }
    }

    /// One try, now, whatever was tried before.
    pub async fn deliver_once(&self, event: &Event) -> Result<WebhookAnswer, DeliverError> {
        self.postman.post(event).await
    }

    pub fn abort_all(&self) {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(work, &self.runtime);
    }
}

/// Which event was made, and when by the fake's clock.
pub struct Made {
    pub id: String,
    pub kind: &'static str,
    pub created: i64,
}

impl Made {
    pub fn of(event: &Event) -> Self {
        Self {
            id: event.id.clone(),
            kind: event.kind,
            created: event.created,
        }
    }
}

/// The outcome of some events' delivery, later.
pub struct Receipt {
    report: Option<oneshot::Receiver<bool>>,
    /// Whatever came of the action, sent or not.
    pub made: Vec<Made>,
}

impl Receipt {
    /// Whether every event was acknowledged within a few seconds; false if none was sent.
    pub async fn delivered(self) -> bool {
        match self.report {
            None => false,
            Some(report) => matches!(time::timeout(PATIENCE, report).await, Ok(Ok(true))),
        }
    }
}

#[derive(Clone)]
struct Postman {
    client: Client,
    url: String,
    secret: String,
    state: SharedState,
}

impl Postman {
    async fn deliver_all(&self, events: Vec<Event>) -> bool {
        let mut unanswered = JoinSet::new();
        for event in events {
            if !self.attempt(&event, 1).await {
                let postman = self.clone();
                unanswered.spawn(async move { postman.retry(&event).await });
            }
        }
        unanswered
            .join_all()
            .await
            .into_iter()
            .all(|delivered| delivered)
    }

    async fn retry(&self, event: &Event) -> bool {
        for (delay_ms, attempt) in RETRY_DELAYS_MS.into_iter().zip(2..) {
            time::sleep(Duration::from_millis(delay_ms)).await;
            if self.attempt(event, attempt).await {
                return true;
            }
        }
        log::warn!("webhook: {} {} given up", event.kind, event.id);
        false
    }

    async fn attempt(&self, event: &Event, attempt: usize) -> bool {
        let (kind, id) = (event.kind, &event.id);
        match self.post(event).await {
            Ok(answer) if answer.is_acknowledgement() => true,
            Ok(answer) => {
                log::warn!(
                    "webhook: {kind} {id}, try {attempt}: answered {}",
                    answer.status
                );
                false
            }
            Err(error) => {
                log::warn!("webhook: {kind} {id}, try {attempt}: {error}");
                false
            }
        }
    }

    /// The signature is made anew each time, with real time, as Stripe does on its retries.
    async fn post(&self, event: &Event) -> Result<WebhookAnswer, DeliverError> {
        let body = Value::to_string(&event.render());
        let signature = signature::sign(&self.secret, Clock::real_now().timestamp(), &body);
        let response = self
            .client
            .post(&self.url)
            .header("Content-Type", "application/json; charset=utf-8")
            .header(
                "User-Agent",
                "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            )
            .header("Stripe-Signature", signature)
            .body(body)
            .send()
            .await
            .map_err(no_answer)?;
        let status: StatusCode = response.status();
        let body = response.text().await.map_err(no_answer)?;
        let answer = WebhookAnswer {
            status: status.as_u16(),
            body,
        };
        if answer.is_acknowledgement() {
            self.state.lock().mark_delivered(&event.id);
        }
        Ok(answer)
    }
}

/// The address may carry a token of whoever configured it.
fn no_answer(error: reqwest::Error) -> DeliverError {
    DeliverError::NoAnswer(error.without_url())
}
