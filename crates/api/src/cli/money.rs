//! `tutors ledger` and `tutors payouts`: what an accountant does.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::Utc;
use persistence::{Actor, Db, Scope, ledger, write};
use services::payouts::{self, Export};
use services::{ServiceError, error_chain};
use uuid::Uuid;

use super::{database_url, say, say_raw};
use crate::logging::{self, LogFormat};
use crate::server;

#[derive(Debug, clap::Subcommand)]
pub(super) enum LedgerAction {
    /// See that every transaction sums to zero and agrees with its payment; show the balances
    Check,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum PayoutsAction {
    /// Put all that is due on a new list, as CSV; nothing is ever on two lists
    Export {
        /// The file to write; standard output if left out
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Name the lists that were made, newest first
    Lists,
    /// Print a list that was made before
    Show {
        /// Its `export_id`
        export: Uuid,
    },
    /// Note that the money of a list was transferred
    Paid {
        /// Its `export_id`
        export: Uuid,
    },
}

async fn open() -> Result<(Db, Scope)> {
    logging::start("warn", LogFormat::Text);
    let db = server::open_database(&database_url()?).await?;
    Ok((db, Scope::new(Utc::now(), Actor::Command)))
}

pub(super) async fn run_ledger(action: LedgerAction) -> Result<()> {
    let LedgerAction::Check = action;
    let (db, _) = open().await?;
    let mut sum = 0;
    for (account, balance) in ledger::balances(&db).await? {
        say(&format!("{account:<12} {:>15}", roubles(balance)))?;
        sum += balance;
    }
    let faults = ledger::list_faults(&db).await?;
    db.close().await?;
    if sum != 0 || !faults.is_empty() {
        bail!(
            "the ledger is wrong: the balances sum to {}\n{}",
            roubles(sum),
            faults.join("\n")
        );
    }
    say("The ledger is right: everything sums to zero and agrees with its payments.")
}

fn roubles(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

pub(super) async fn run_payouts(action: PayoutsAction) -> Result<()> {
    let (db, scope) = open().await?;
    match action {
        PayoutsAction::Export { out } => {
            // Before anything is put on a list: a file that is there may be a list, too.
            let file = out.as_deref().map(new_file).transpose()?;
            let made = write(&db, &scope, async |tx| payouts::export_due(tx).await).await?;
            match made {
                None => {
                    drop(file);
                    if let Some(empty) = &out {
                        std::fs::remove_file(empty).context("the empty file can't be removed")?;
                    }
                    say("Nothing is due.")?;
                }
                Some(export) => hand_out(&export, file)?,
            }
        }
        PayoutsAction::Lists => {
            for list in persistence::payouts::list_exports(&db).await? {
                say(&format!(
                    "{}  {}  {:>5} payouts  {:>15}{}",
                    list.export_id,
                    list.exported_at.format("%Y-%m-%d"),
                    list.count,
                    roubles(list.total_minor),
                    if list.is_paid { "  paid" } else { "" }
                ))?;
            }
        }
        PayoutsAction::Show { export } => {
            let found = write(&db, &scope, async |tx| payouts::get(tx, export).await).await;
            say_raw(&payouts::csv(
                &found.map_err(|error| unknown(export, &error))?,
            ))?;
        }
        PayoutsAction::Paid { export } => {
            let paid = write(&db, &scope, async |tx| payouts::mark_paid(tx, export).await).await;
            let paid = paid.map_err(|error| unknown(export, &error))?;
            say(&format!("{paid} payouts are paid."))?;
        }
    }
    Ok(db.close().await?)
}

fn unknown(export: Uuid, error: &ServiceError) -> anyhow::Error {
    match error {
        ServiceError::NotFound => anyhow::anyhow!("there is no list {export}"),
        other => anyhow::anyhow!(error_chain(other)),
    }
}

fn new_file(path: &Path) -> Result<std::fs::File> {
    std::fs::File::create_new(path)
        .with_context(|| format!("{} can't be made; is there one already?", path.display()))
}

/// The list is committed by now: one that can't be written is no list that is lost.
fn hand_out(export: &Export, file: Option<std::fs::File>) -> Result<()> {
    let csv = payouts::csv(export);
    let kept = || {
        let id = export.id;
        format!("the list can't be written; `tutors payouts show {id}` prints it again")
    };
    match file {
        Some(mut file) => {
            file.write_all(csv.as_bytes()).with_context(kept)?;
            let count = export.payouts.len();
            say(&format!("{count} payouts are on the list {}.", export.id))
        }
        None => say_raw(&csv).with_context(kept),
    }
}
