//! What is counted and said of calls to the provider. Labels are few and fixed, and no line holds
//! anything of a prompt, a reply, a person or a key.

use std::time::Duration;

use domain::text_enum::TextEnum;
use log::Level;

use crate::breaker::CircuitState;
use crate::cause::Cause;
use crate::client::{Asking, Operation};

const TRIES: &str = "tutors_openai_tries_total";
const CIRCUIT: &str = "tutors_openai_circuit";

/// Explains the metrics of this crate to whoever exports them.
pub fn describe_metrics() {
    metrics::describe_counter!(TRIES, "Tries of calls to OpenAI, by operation and outcome.");
    metrics::describe_gauge!(CIRCUIT, "1 for the state that the circuit breaker is in.");
}

/// The circuit is in this state at present.
pub(crate) fn circuit(state: CircuitState) {
    for each in CircuitState::ALL {
        let value = if *each == state { 1.0 } else { 0.0 };
        metrics::gauge!(CIRCUIT, "state" => each.as_str()).set(value);
    }
}

/// One try, after it ended.
pub(crate) struct Try<'a> {
    pub operation: Operation,
    pub asking: &'a Asking,
    pub attempt: u32,
    /// What is left of the caller's time.
    pub left: Duration,
}

impl Try<'_> {
    pub(crate) fn succeeded(&self) {
        self.count("ok");
        log::info!(
            request_id = self.request_id(), operation = self.operation.as_str(),
            attempt = self.attempt, left_ms = millis(self.left);
            "OpenAI answered"
        );
    }

    /// `pause` is that before the next try, if there is one.
    pub(crate) fn failed(&self, cause: Cause, pause: Option<Duration>) {
        let outcome = cause.to_string();
        // While the provider rests every match would warn of it: the rest itself was said.
        let level = if cause.was_asked() {
            Level::Warn
        } else {
            Level::Debug
        };
        log::log!(
            level,
            request_id = self.request_id(), operation = self.operation.as_str(),
            attempt = self.attempt, cause = outcome.as_str(),
            status = cause.status().unwrap_or_default(),
            delay_ms = millis(pause.unwrap_or_default()), again = pause.is_some(),
            left_ms = millis(self.left);
            "a call to OpenAI failed"
        );
        self.count(outcome);
    }

    fn request_id(&self) -> &str {
        self.asking.request_id.as_deref().unwrap_or("none")
    }

    fn count(&self, outcome: impl Into<metrics::SharedString>) {
        let outcome: metrics::SharedString = outcome.into();
        metrics::counter!(TRIES, "operation" => self.operation.as_str(), "outcome" => outcome)
            .increment(1);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
