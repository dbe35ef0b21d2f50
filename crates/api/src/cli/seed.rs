//! `tutors seed`

use std::path::Path;

use anyhow::{Context, Result, bail};
use chrono::{NaiveDate, Utc};
use persistence::seed_runs::{self, Cleared};
use persistence::{Actor, Db, Scope, write};
use seed::{MarketPlan, WriteOptions, Written};
use services::passwords::Passwords;

use super::progress::Progress;
use super::{database_url, given_or_random_password, say};
use crate::config::debug_from_env;
use crate::logging::{self, LogFormat};
use crate::server;

#[derive(Debug, clap::Args)]
pub(super) struct GenerateArgs {
    /// How many tutors
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    tutors: u32,
    /// How many orders; a third as many students place them
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    orders: u32,
    /// Equal seeds give equal markets
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The day, at 00:00 UTC, by which all of it has happened [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<NaiveDate>,
    /// First remove what seeds have made before
    #[arg(long)]
    clear: bool,
    /// Do it although DEBUG is off
    #[arg(long)]
    force: bool,
    /// Read the accounts' password from standard input, rather than make one and print it
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn load(file: &Path) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} can't be read", file.display()))?;
    let db = server::open_database(&database_url()?).await?;
    let loaded = load_text(&db, &text, &file.display().to_string()).await?;
    say(&summary("Loaded", &loaded))?;
    Ok(db.close().await?)
}

/// Loads a fixture, showing how far it has come.
pub(super) async fn load_text(db: &Db, text: &str, source: &str) -> Result<seed::Loaded> {
    let fixture = seed::parse(text)?;
    let now = Utc::now();
    let mut progress = Progress::new("loading");
    let report = |done, total| progress.show(done, total);
    seed::load(db, &fixture, source, now.date_naive(), now, report)
        .await
        .context("nothing was loaded")
}

pub(super) async fn generate(args: GenerateArgs) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    refuse_in_production(args.force)?;
    let plan = MarketPlan {
        tutors: usize::try_from(args.tutors)?,
        orders: usize::try_from(args.orders)?,
        seed: args.seed,
        as_of: args.as_of.unwrap_or_else(|| Utc::now().date_naive()),
    };
    let password = given_or_random_password(args.password_stdin)?;
    let salt = seed::password_salt(plan);
    let passwords = Passwords::new(1)?;
    let hash = passwords.hash_with_salt(password.clone().into(), salt);
    let options = WriteOptions {
        password_hash: Some(hash.await?),
        clear: args.clear,
    };
    let db = server::open_database(&database_url()?).await?;
    let written = write_market(&db, plan, &options).await?;
    db.close().await?;
    if let Some(cleared) = &written.cleared {
        say(&account_of(cleared))?;
    }
    say(&summary("Generated", &written.loaded))?;
    let people = [
        ("student", &written.student_email),
        ("tutor", &written.tutor_email),
    ];
    for (role, email) in people {
        if let Some(email) = email {
            say(&format!("Sign in as a {role}: {email}"))?;
        }
    }
    if !args.password_stdin {
        say(&format!("Password of all of them, shown once: {password}"))?;
    }
    Ok(())
}

/// Writes a made-up market, showing how far it has come.
pub(super) async fn write_market(
    db: &Db,
    plan: MarketPlan,
    options: &WriteOptions,
) -> Result<Written> {
    let mut progress = Progress::new("writing rows");
    let report = |done, total| progress.show(done, total);
    seed::write_market(db, plan, options, report)
        .await
        .context("nothing was written")
}

pub(super) async fn clear(force: bool) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    refuse_in_production(force)?;
    let db = server::open_database(&database_url()?).await?;
    let scope = Scope::new(Utc::now(), Actor::Seed);
    let cleared = write(&db, &scope, async |tx| seed_runs::clear(tx).await)
        .await
        .context("nothing was removed")?;
    say(&account_of(&cleared))?;
    Ok(db.close().await?)
}

fn refuse_in_production(force: bool) -> Result<()> {
    if force || debug_from_env(|name| std::env::var(name).ok())? {
        return Ok(());
    }
    bail!(
        "DEBUG is off, so this may be a production database: nothing was changed. \
         Set DEBUG=true on a machine of your own, or say --force"
    )
}

fn summary(done: &str, loaded: &seed::Loaded) -> String {
    format!(
        "{done} {} tutors, {} students, {} orders, {} bookings, {} reviews.",
        loaded.tutors, loaded.students, loaded.orders, loaded.bookings, loaded.reviews
    )
}

fn account_of(cleared: &Cleared) -> String {
    let removed = format!(
        "Removed {} accounts and {} orders.",
        cleared.accounts, cleared.orders
    );
    if cleared.kept_accounts + cleared.kept_orders == 0 {
        return removed;
    }
    format!(
        "{removed} Kept {} accounts and {} orders of a seed, because real people have a part in them.",
        cleared.kept_accounts, cleared.kept_orders
    )
}
