//! An OpenAI of the tests' own, and a clock that moves only for those who wait for it.

use std::sync::Arc;

use domain::embedding::EmbeddingModel;
use ml::{DEFAULT_POLICY, External, OpenAiConfig};
use openai_fake::{OpenAiFake, OpenAiFakeConfig};
use services::clock::{Clock, VirtualClock};
use timing::{Jitter, Wait};

use super::app::install_tls;

pub const API_KEY: &str = "sk-of-the-tests";

/// The pauses after a first and a second try by this seed: 15 ms and 33 ms.
pub const JITTER: u64 = 7;

pub async fn start_openai() -> OpenAiFake {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = OpenAiFakeConfig {
        api_key: API_KEY.into(),
    };
    openai_fake::start(config, listener).unwrap()
}

/// The models behind an address, asked as the server asks them.
pub fn models_at(base_url: &str, clock: &Arc<VirtualClock>) -> External {
    install_tls();
    let config = OpenAiConfig {
        api_key: API_KEY.into(),
        base_url: base_url.parse().unwrap(),
        embedding_model: EmbeddingModel::new("text-embedding-3-small", 64).unwrap(),
        chat_model: "gpt-4o-mini".into(),
        policy: DEFAULT_POLICY,
    };
    let clock: Arc<dyn Clock> = clock.clone();
    External::on(&config, clock, Jitter::seeded(JITTER)).unwrap()
}

/// Runs `work` while time passes for those who wait and for nobody who works: over a pause at once,
/// to the end of a call once the provider keeps it without an answer.
pub async fn as_time_passes<T>(
    clock: &VirtualClock,
    fake: &OpenAiFake,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = clock.until_waiting(Wait::Pause) => {
                let _ = clock.advance_to_next(Wait::Pause);
            }
            () = fake.until_holding(1) => {
                let _ = clock.advance_to_next(Wait::Limit);
                // The next call is not to be taken for this one.
                tokio::select! {
                    biased;
                    done = &mut work => return done,
                    () = fake.until_released() => {}
                }
            }
        }
    }
}
