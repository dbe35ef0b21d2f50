//! Which models to ask, if any.

use std::time::Duration;

use domain::embedding::{EmbeddingModel, MAX_DIMENSIONS};
use ml::{DEFAULT_POLICY, OpenAiConfig};
use secrecy::ExposeSecret;
use timing::Policy;

use super::ConfigFaults;
use super::reader::{self, Reader};

const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";
const DEFAULT_EMBEDDING_MODEL: &str = "text-embedding-3-small";
const DEFAULT_EMBEDDING_DIMENSIONS: u64 = 512;
const DEFAULT_CHAT_MODEL: &str = "gpt-4o-mini";

/// A provider that may be asked.
pub type OpenAiSettings = OpenAiConfig;

/// The provider that the environment names; none without a key, or with `ML_EXTERNAL=off`.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn openai_from_env(
    get: impl Fn(&str) -> Option<String>,
) -> Result<Option<OpenAiSettings>, ConfigFaults> {
    reader::read(&get, read)
}

/// As [`openai_from_env`]. What is wrong is wrong also where nothing is asked: it is found at the
/// start, and not on the day when a key is added.
pub(super) fn read(env: &mut Reader<'_>) -> Option<OpenAiSettings> {
    let is_on = env.flag("ML_EXTERNAL", true);
    let base_url = env.provider("OPENAI_BASE_URL", Some(DEFAULT_BASE_URL));
    let embedding_model = embedding_model(env);
    let chat_model = env.text("OPENAI_CHAT_MODEL");
    let policy = policy(env);
    let api_key = env.secret("OPENAI_API_KEY")?;
    if !api_key
        .expose_secret()
        .bytes()
        .all(|byte| byte.is_ascii_graphic())
    {
        env.fault("OPENAI_API_KEY: must be visible ASCII without blanks");
    }
    is_on.then_some(OpenAiConfig {
        api_key,
        base_url: base_url?,
        embedding_model: embedding_model?,
        chat_model: chat_model.unwrap_or_else(|| DEFAULT_CHAT_MODEL.to_owned()),
        policy,
    })
}

fn embedding_model(env: &mut Reader<'_>) -> Option<EmbeddingModel> {
    let name = env.text("OPENAI_EMBEDDING_MODEL");
    let name = name.as_deref().unwrap_or(DEFAULT_EMBEDDING_MODEL);
    let dimensions = env.number(
        "OPENAI_EMBEDDING_DIMENSIONS",
        DEFAULT_EMBEDDING_DIMENSIONS,
        1..=u64::from(MAX_DIMENSIONS),
    );
    let model = EmbeddingModel::new(name, u16::try_from(dimensions).unwrap_or(u16::MAX));
    if model.is_err() {
        env.fault("OPENAI_EMBEDDING_MODEL: must be at most 128 letters, digits and -._:/@+");
    }
    model.ok()
}

/// The defaults are also the most: nobody waits longer for a model than a match may take.
fn policy(env: &mut Reader<'_>) -> Policy {
    let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut milliseconds = |name, default: Duration, least| {
        let most = ms(DEFAULT_POLICY.call_timeout);
        Duration::from_millis(env.number(name, ms(default), least..=most))
    };
    let call_timeout = milliseconds("OPENAI_TIMEOUT_MS", DEFAULT_POLICY.call_timeout, 50);
    let first_delay = milliseconds("OPENAI_FIRST_DELAY_MS", DEFAULT_POLICY.first_delay, 0);
    let max_delay = milliseconds("OPENAI_MAX_DELAY_MS", DEFAULT_POLICY.max_delay, 0);
    let max_tries = env.number(
        "OPENAI_MAX_TRIES",
        u64::from(DEFAULT_POLICY.max_tries),
        1..=10,
    );
    Policy {
        max_tries: u32::try_from(max_tries).unwrap_or(1),
        call_timeout,
        first_delay,
        max_delay,
        ..DEFAULT_POLICY
    }
}
