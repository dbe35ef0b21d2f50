//! `tutors migrate`

use anyhow::{Context, Result};
use clap::Subcommand;
use persistence::{Db, DbConfig, Patience};

use super::{database_url, say};
use crate::logging::{self, LogFormat};
use crate::server::make_folder_of;

#[derive(Debug, Subcommand)]
pub(super) enum Direction {
    /// Apply every step that is missing
    Up,
    /// Take back the last steps, and what is in their tables with them
    Down {
        /// How many
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
    /// Show each step and whether it is applied
    Status,
}

pub(super) async fn run(direction: Direction) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    let url = database_url()?;
    make_folder_of(&url)?;
    let config = DbConfig {
        url,
        max_connections: 2,
        schema: None,
    };
    let db = Db::connect_with(&config, Patience::MIGRATING)
        .await
        .context("the database can't be reached; check DATABASE_URL")?;
    match direction {
        Direction::Up => migration::up(db.connection()).await?,
        Direction::Down { steps } => migration::down(db.connection(), steps).await?,
        Direction::Status => {}
    }
    for (step, is_applied) in migration::status(db.connection()).await? {
        say(&format!(
            "{} {step}",
            if is_applied { "applied" } else { "missing" }
        ))?;
    }
    Ok(db.close().await?)
}
