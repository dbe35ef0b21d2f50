//! Which provider, which models, and how much patience.

use std::time::Duration;

use domain::embedding::EmbeddingModel;
use secrecy::SecretString;
use timing::Policy;
use url::Url;

/// How often and how long a call is tried, unless the operator says otherwise.
pub const DEFAULT_POLICY: Policy = Policy {
    max_tries: 3,
    call_timeout: Duration::from_millis(700),
    first_delay: Duration::from_millis(100),
    max_delay: Duration::from_millis(700),
    shortest_call: Duration::from_millis(50),
};

/// How to reach OpenAI, or any server that speaks its protocol.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    pub api_key: SecretString,
    /// With the version, such as `https://api.openai.com/v1`.
    pub base_url: Url,
    pub embedding_model: EmbeddingModel,
    pub chat_model: String,
    pub policy: Policy,
}

/// Why the configuration can't be used. Shows nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenAiConfigError {
    #[error("the API key is empty or not visible ASCII")]
    ApiKey,
    #[error("the base URL is not an http or https address")]
    BaseUrl,
    #[error("the HTTP client can't be made")]
    Client,
}
