//! `tutors seed`

use std::io::{IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result};
use chrono::Utc;
use persistence::Db;

use super::{database_url, say};
use crate::logging::{self, LogFormat};
use crate::server;

pub(super) async fn load(file: &Path) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} can't be read", file.display()))?;
    let db = server::open_database(&database_url()).await?;
    let loaded = load_text(&db, &text, &file.display().to_string()).await?;
    say(&format!(
        "Loaded {} tutors, {} students, {} orders, {} bookings, {} reviews.",
        loaded.tutors, loaded.students, loaded.orders, loaded.bookings, loaded.reviews
    ))?;
    Ok(db.close().await?)
}

/// Loads a fixture, showing how far it has come.
pub(super) async fn load_text(db: &Db, text: &str, source: &str) -> Result<seed::Loaded> {
    let fixture = seed::parse(text)?;
    let now = Utc::now();
    let is_terminal = std::io::stderr().is_terminal();
    let loaded = seed::load(
        db,
        &fixture,
        source,
        now.date_naive(),
        now,
        |done, total| {
            if is_terminal && (done == total || done % 20 == 0) {
                let end = if done == total { "\n" } else { "" };
                let _ = write!(std::io::stderr(), "\rloading {done} of {total}{end}");
            }
        },
    )
    .await
    .context("nothing was loaded")?;
    Ok(loaded)
}
