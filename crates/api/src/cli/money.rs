//! `tutors ledger` and `tutors payouts`: what an accountant does.

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
    let db = server::open_database(&database_url()).await?;
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
            let made = write(&db, &scope, async |tx| payouts::export_due(tx).await).await?;
            match made {
                None => say("Nothing is due.")?,
                Some(export) => hand_out(&export, out.as_deref())?,
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

/// The list is committed by now: a file that can't be written is no list that is lost.
fn hand_out(export: &Export, out: Option<&Path>) -> Result<()> {
    let csv = payouts::csv(export);
    let Some(path) = out else {
        return say_raw(&csv);
    };
    std::fs::write(path, csv).with_context(|| {
        format!(
            "{} can't be written; the list is kept: `tutors payouts show {}` prints it",
            path.display(),
            export.id
        )
    })?;
    let count = export.payouts.len();
    say(&format!("{count} payouts are on the list {}.", export.id))
}
