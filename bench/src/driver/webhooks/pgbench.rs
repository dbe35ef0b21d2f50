//! pgbench, with the recorded statements and as many connections as the deliveries have.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use super::Args;
use super::customers::Range;
use crate::load::CONNECTIONS;

pub struct PgBench {
    program: PathBuf,
    script: PathBuf,
    database_url: String,
    seconds: u64,
}

/// What a run came to.
pub struct Done {
    pub transactions: u64,
    pub transactions_per_second: f64,
}

impl PgBench {
    pub fn new(args: &Args, script: String) -> Result<Self> {
        let path = args.logs.join("deliveries.pgbench.sql");
        std::fs::write(&path, script)?;
        Ok(Self {
            program: args.pgbench.clone(),
            script: path,
            database_url: args.database_url.clone(),
            seconds: args.slice_seconds,
        })
    }

    /// Tells of these purchases, each connection of its own part.
    pub async fn run(&self, range: Range) -> Result<Done> {
        let clients = u64::try_from(CONNECTIONS)?;
        let each = (range.end - range.first) / clients;
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={CONNECTIONS}"))
            .arg(format!("--time={}", self.seconds))
            .arg("--file")
            .arg(&self.script)
            .args(["--define=i=0", &format!("--define=each={each}")])
            .arg(format!("--define=first={}", range.first))
            .arg(&self.database_url)
            // As the server asks for it: see `persistence::Db::connect_with`.
            .env("PGOPTIONS", "-c synchronous_commit=on")
            .stdin(Stdio::null())
            .output()
            .await
            .context("pgbench can't be started")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {complaint}");
        let number_after = |words: &str| {
            let (_, rest) = said.split_once(words)?;
            let number = rest.split([' ', '\n', '/']).next()?;
            number.parse::<f64>().ok()
        };
        let transactions = said
            .split_once("actually processed: ")
            .and_then(|(_, rest)| rest.lines().next()?.split('/').next()?.parse().ok());
        let done = Done {
            transactions: transactions.context("no number of transactions")?,
            transactions_per_second: number_after("tps = ").context("no tps")?,
        };
        // A connection that is through with its part goes on with its neighbour's, as repeats.
        ensure!(
            done.transactions < (range.end - range.first) * 3 / 4,
            "{each} purchases a connection were too few: raise --purchases"
        );
        Ok(done)
    }
}
