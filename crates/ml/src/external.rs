//! What outside help there is.

use std::sync::Arc;

use timing::{Clock, Jitter};

use crate::breaker::CircuitState;
use crate::client::OpenAi;
use crate::config::{OpenAiConfig, OpenAiConfigError};
use crate::embedder::Embedder;
use crate::reranker::Reranker;
use crate::telemetry;

/// The models that may be asked, if any.
#[derive(Debug, Clone, Default)]
pub enum External {
    /// No key, or outbound calls are forbidden: nothing is ever sent.
    #[default]
    Off,
    On(Models),
}

/// One provider's two models.
#[derive(Debug, Clone)]
pub struct Models {
    openai: Arc<OpenAi>,
    pub embedder: Embedder,
    pub reranker: Reranker,
}

impl External {
    /// # Errors
    /// The configuration can't be used.
    pub fn on(
        config: &OpenAiConfig,
        clock: Arc<dyn Clock>,
        jitter: Jitter,
    ) -> Result<Self, OpenAiConfigError> {
        let openai = Arc::new(OpenAi::new(config, clock, jitter)?);
        Ok(Self::On(Models {
            embedder: Embedder::new(Arc::clone(&openai), config),
            reranker: Reranker::new(Arc::clone(&openai), config),
            openai,
        }))
    }

    /// Whether the provider is asked at present; `None` if there is none.
    #[must_use]
    pub fn circuit(&self) -> Option<CircuitState> {
        match self {
            Self::Off => None,
            Self::On(models) => Some(models.openai.circuit()),
        }
    }

    /// Tells the metrics the state of the circuit: to be called when they are read, since a rest ends
    /// by the clock.
    pub fn report(&self) {
        if let Some(state) = self.circuit() {
            telemetry::circuit(state);
        }
    }
}
