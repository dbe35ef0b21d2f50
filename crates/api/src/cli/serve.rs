//! `tutors serve` and `tutors worker`

use anyhow::Result;
use services::fault_points;

use crate::config::ServeConfig;
use crate::logging::{self, LogFormat};
use crate::server::{self, Jobs, Listeners};

pub(super) async fn run(jobs: Jobs, no_external: bool) -> Result<()> {
    let mut config = configured(no_external)?;
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
    let ops = listeners.ops.local_addr()?;
    log::info!(
        "serving on http://{address}, docs at http://{address}/docs/, health on http://{ops}"
    );
    let served = server::run(state, listeners, jobs).await;
    if let Some(fake) = fake {
        fake.stop().await;
    }
    served
}

/// Runs jobs alone. The offline Stripe stays with its server: no job asks it for anything.
pub(super) async fn run_worker(no_external: bool) -> Result<()> {
    let config = configured(no_external)?;
    let ops = server::bind_ops(config.ops_addr)?;
    let db = server::open_database(&config.database_url).await?;
    let state = server::state(&config, db)?;
    log::info!("working; health on http://{}", ops.local_addr()?);
    server::run_worker(state, ops).await
}

/// Starts the log and reads the environment; `no_external` outranks it.
fn configured(no_external: bool) -> Result<ServeConfig> {
    logging::start("info", LogFormat::Json);
    let mut config = ServeConfig::from_env(|name| std::env::var(name).ok())?;
    config.openai = config.openai.filter(|_| !no_external);
    warn_of_unread(|name| std::env::var_os(name).is_some());
    config.mail.warn();
    if let Some(warning) = config.site.warning() {
        log::warn!("{warning}");
    }
    if let Some(point) = config.fault_point {
        fault_points::arm(point);
    }
    Ok(config)
}

/// Variables of the contract that this version does not act on yet.
const UNREAD: [&str; 1] = ["DATABASE_REPLICA_URL"];

/// Nobody should take themself for protected by a setting that nothing reads.
fn warn_of_unread(is_set: impl Fn(&str) -> bool) {
    for name in UNREAD.into_iter().filter(|name| is_set(name)) {
        log::warn!("{name} is set, and this version does not act on it");
    }
}
