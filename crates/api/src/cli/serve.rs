//! `tutors serve`

use anyhow::Result;

use crate::config::ServeConfig;
use crate::logging::{self, LogFormat};
use crate::server::{self, Listeners};

pub(super) async fn run() -> Result<()> {
    logging::start("info", LogFormat::Json);
    let mut config = ServeConfig::from_env(|name| std::env::var(name).ok())?;
    let listeners = Listeners::bind(config.bind_addr, config.ops_addr)?;
    let db = server::open_database(&config.database_url).await?;
    let fake = if config.stripe.fake {
        let public = listeners.public_address()?;
        Some(server::start_fake(&mut config.stripe, public).await?)
    } else {
        None
    };
    let state = server::state(&config, db)?;
    let address = listeners.public_address()?;
    log::info!("serving on http://{address}, docs at http://{address}/docs/");
    let served = server::run(state, listeners).await;
    if let Some(fake) = fake {
        fake.stop().await;
    }
    served
}
