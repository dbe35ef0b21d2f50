//! Stripe's deliveries, to one, two and four servers, beside pgbench running the very statements
//! that a server was seen to run for them, on one PostgreSQL that keeps what it has committed.

mod customers;
mod deliveries;
mod pgbench;
mod recording;
mod report;
mod script;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use sqlx::PgPool;

use crate::load::median;
use crate::server::{Kind, Log, Server, Stripe};
use crate::{say, start_stripe};
use customers::Customers;
use deliveries::Purchase;
use pgbench::PgBench;
use report::{Measured, Report};

#[derive(Debug, Parser)]
pub struct Args {
    /// The `tutors` binary
    #[arg(long)]
    tutors: PathBuf,
    /// The `pgbench` binary
    #[arg(long)]
    pgbench: PathBuf,
    /// An empty database of a PostgreSQL with fsync, without parameters
    #[arg(long)]
    database_url: String,
    /// Where that PostgreSQL writes its log as JSON
    #[arg(long)]
    database_log: PathBuf,
    /// Where the servers' logs and the script go
    #[arg(long)]
    logs: PathBuf,
    /// The page that the results are put into
    #[arg(long)]
    page: Option<PathBuf>,
    /// How often each is loaded
    #[arg(long, default_value_t = 7)]
    slices: u64,
    #[arg(long, default_value_t = 3)]
    slice_seconds: u64,
    /// How many purchases there are for each slice
    #[arg(long, default_value_t = 3_000)]
    purchases: u64,
}

/// How many servers there are at a time.
const FLEETS: [usize; 3] = [1, 2, 4];

pub async fn run(args: Args) -> Result<()> {
    let (stripe, settings) = start_stripe().await?;
    let first = start(&args, &settings).await?;
    let pool = PgPool::connect(&args.database_url).await?;
    let durability = durability(&pool).await?;
    say("one tutor buys premium; the others are copies")?;
    let mut purchase = Purchase::make(first.address, &stripe, settings.webhook_secret).await?;
    let customers = Customers::new(&pool, &mut purchase).await?;

    say("recording the statements of a purchase's deliveries")?;
    let recorded = customers.make(1).await?;
    let statements = recording::record(&args, &pool, &first, &purchase, recorded).await?;
    let script = script::write(&pool, &statements, recorded.first).await?;
    let told = purchase.events();
    say(&format!(
        "{} statements for {told} deliveries",
        statements.len()
    ))?;

    let mut servers = vec![first];
    while servers.len() < FLEETS.into_iter().max().unwrap_or(1) {
        servers.push(start(&args, &settings).await?);
    }
    let pgbench = PgBench::new(&args, script)?;
    let mut report = Report::new(durability, statements.len(), told);
    // The first turn warms up.
    for turn in 0..=args.slices {
        let range = customers.make(args.purchases).await?;
        customers.settle_down().await?;
        let done = pgbench.run(range).await?;
        customers.check(range, done.transactions).await?;
        let baseline = done.transactions_per_second * told as f64;
        if turn > 0 {
            report.baseline.push(baseline);
        }
        for (count, of_fleet) in FLEETS.into_iter().zip(&mut report.fleets) {
            let range = customers.make(args.purchases).await?;
            customers.settle_down().await?;
            let fleet = servers.get(..count).context("too few servers")?;
            let addresses: Vec<_> = fleet.iter().map(|server| server.address).collect();
            let lasting = Duration::from_secs(args.slice_seconds);
            let slice = purchase.deliver(&addresses, range, lasting).await?;
            let per_second = slice.per_second();
            say(&format!(
                "  {count} servers: {per_second:.0}/s of pgbench's {baseline:.0}/s"
            ))?;
            if turn > 0 {
                of_fleet.add(slice, per_second / baseline);
            }
        }
    }
    if let Some(page) = &args.page {
        report.put_into(page)?;
    }
    say(&report.markdown()?)?;
    let ratio = median(
        report
            .fleets
            .first()
            .map_or_else(Vec::new, Measured::ratios),
    );
    ensure!(
        ratio >= 0.5,
        "one server reaches {ratio:.2} of pgbench, less than half"
    );
    Ok(())
}

async fn start(args: &Args, stripe: &Stripe) -> Result<Server> {
    let program = &args.tutors;
    let kind = Kind::Ours {
        program,
        stripe,
        openai: None,
        takes_jobs: false,
    };
    Server::start(kind, &args.database_url, Log::Warnings, &args.logs).await
}

/// What the database promises, having seen that it promises anything: a benchmark of a server that
/// may forget what it has answered is none.
async fn durability(pool: &PgPool) -> Result<String> {
    let mut settings = Vec::new();
    for name in ["fsync", "full_page_writes", "wal_sync_method"] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(name)
            .fetch_one(pool)
            .await?;
        ensure!(value != "off", "{name} is off");
        settings.push(format!("{name} = {value}"));
    }
    Ok(settings.join(", "))
}
