//! `tutors stripe`: what an operator does about events.

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Utc};
use domain::text_enum::TextEnum;
use payments::ProviderError;
use persistence::{Actor, Db, Scope, write};
use services::{ServiceError, checkout, event_masking, reconcile, webhooks};

use super::say;
use crate::config::ServeConfig;
use crate::logging::{self, LogFormat};
use crate::server;

/// How many events one transaction masks: on SQLite nobody else writes meanwhile.
const MASKED_AT_ONCE: u64 = 50;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Settle an event again, from what is stored of it; one that never arrived is fetched
    Replay {
        /// `evt_…`
        event: String,
    },
    /// List the events at Stripe since the last time and apply those that never arrived
    Reconcile {
        /// Begin here and not where the last listing ended, such as 2026-11-23T00:00:00Z. Stripe
        /// keeps events for 30 days
        #[arg(long)]
        since: Option<DateTime<Utc>>,
    },
    /// Take a parked event off the list of those that need a person
    ///
    /// What it says stays known, and counts if it ever can.
    Resolve {
        /// `evt_…`
        event: String,
        /// Why, for the record, which outlives an erasure: without names
        #[arg(long)]
        note: String,
    },
    /// Mask what stored events say of persons, as it is masked today, and have the customers of the
    /// erased deleted; needed once, after an upgrade from a version that did neither
    Mask,
}

pub(super) async fn run(action: Action) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    let config = ServeConfig::from_env(|name| std::env::var(name).ok())?;
    if config.stripe.fake && config.stripe.api_base.is_none() {
        bail!("the offline Stripe lives in its server; set STRIPE_API_BASE to its address");
    }
    let db = server::open_database(&config.database_url).await?;
    let stripe = server::stripe(&config.stripe)?;
    let scope = Scope::new(Utc::now(), Actor::Command);
    match action {
        Action::Replay { event } => {
            let outcome = reconcile::replay(&db, &scope, &stripe, &event).await;
            let outcome = outcome.map_err(|error| not_replayed(&event, error))?;
            say(&format!("{event}: {}", outcome.as_str()))?;
        }
        Action::Reconcile { since } => {
            let done = reconcile::reconcile(&db, &scope, &stripe, since).await?;
            say(&format!(
                "Since {}: {} events listed, {} had never arrived and are applied; asked about {} payments.",
                done.since.to_rfc3339(),
                done.listed,
                done.missing,
                done.asked
            ))?;
        }
        Action::Mask => {
            let masked = event_masking::mask_stored(&db, &scope, MASKED_AT_ONCE).await?;
            say(&format!(
                "{masked} events said something of a person and are masked."
            ))?;
            let erased = checkout::request_deletions(&db, &scope).await?;
            say(&format!(
                "{erased} customers of the erased are to be deleted by whoever takes jobs."
            ))?;
        }
        Action::Resolve { event, note } => resolve(&db, &scope, &event, &note).await?,
    }
    Ok(db.close().await?)
}

fn not_replayed(event: &str, error: ServiceError) -> anyhow::Error {
    match error {
        ServiceError::Provider(ProviderError::Refused { status: 404, .. }) => {
            anyhow!("{event} has never arrived, and Stripe doesn't know it")
        }
        error => anyhow!(error).context("the event can't be settled again"),
    }
}

async fn resolve(db: &Db, scope: &Scope, event: &str, note: &str) -> Result<()> {
    let resolved = write(db, scope, async |tx| {
        webhooks::resolve(tx, event, note).await
    })
    .await;
    match resolved {
        Ok(()) => say(&format!("{event} is resolved.")),
        Err(ServiceError::NotFound) => bail!("{event} has never arrived"),
        Err(ServiceError::Conflict) => bail!("{event} isn't parked"),
        Err(error) => Err(error).context("the event can't be resolved"),
    }
}
