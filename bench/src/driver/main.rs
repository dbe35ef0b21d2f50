//! The benchmark: starts the server and the baseline on one database, makes sure that they do the
//! same, loads them in turns, and writes down how they compare. `scripts/bench` runs it.

mod alike;
mod connection;
mod load;
mod market;
mod matching;
mod reads;
mod report;
mod server;
mod webhooks;
mod writes;

use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Parser;
use stripe_fake::{DeliveryPolicy, StripeFake, StripeFakeConfig};

use connection::{Call, Connection};
use market::Market;
use reads::{Compared, Read, Slices};
use report::Report;
use server::{Kind, Log, Server, Stripe};

#[derive(Debug, Parser)]
enum Command {
    /// Reads and writes of a generated market
    Market(Args),
    /// Stripe's deliveries, beside pgbench
    Webhooks(webhooks::Args),
    /// Matches in markets of three sizes, and beside a provider that fails
    Matching(matching::Args),
}

#[derive(Debug, Parser)]
struct Args {
    /// The `tutors` binary
    #[arg(long)]
    tutors: PathBuf,
    /// The `bench-baseline` binary
    #[arg(long)]
    baseline: PathBuf,
    /// A PostgreSQL with a generated market, without parameters
    #[arg(long)]
    database_url: String,
    /// The password of the market's accounts
    #[arg(long)]
    password: String,
    /// Where the servers' logs go
    #[arg(long)]
    logs: PathBuf,
    /// The page that the results are put into
    #[arg(long)]
    page: Option<PathBuf>,
    /// How often each server is loaded with each read
    #[arg(long, default_value_t = 21)]
    slices: usize,
    #[arg(long, default_value_t = 500)]
    slice_ms: u64,
    /// How many tutors buy premium
    #[arg(long, default_value_t = 150)]
    buyers: i64,
    /// Something timed before: NAME=SECONDS
    #[arg(long, value_parser = named)]
    timed: Vec<(String, String)>,
}

fn named(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=SECONDS is wanted")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[actix_web::main]
async fn main() -> Result<()> {
    // The fake's client asks for a TLS provider, although it never speaks TLS here.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match Command::parse() {
        Command::Market(args) => measure_market(args).await,
        Command::Webhooks(args) => webhooks::run(args).await,
        Command::Matching(args) => matching::run(args).await,
    }
}

async fn measure_market(args: Args) -> Result<()> {
    let (stripe, settings) = start_stripe().await?;
    let market = Market::open(&args.database_url, args.password.clone()).await?;
    let reads = reads_of(&market).await?;
    same_statements(&args, &settings, &reads).await?;
    let (ours, baseline) = start(&args, &settings, Log::Warnings).await?;
    say("comparing answers")?;
    for read in &reads {
        alike::bodies(&ours, &baseline, &read.calls).await?;
    }
    let slices = Slices {
        count: args.slices,
        each: Duration::from_millis(args.slice_ms),
    };
    let mut report = Report {
        reads: Vec::new(),
        writes: Vec::new(),
        timed: args.timed,
    };
    for read in &reads {
        say(&format!("GET {}", read.name))?;
        let compared = reads::compare(&ours, &baseline, read, slices).await?;
        say(&line(&compared))?;
        report.reads.push(compared);
    }
    drop(baseline);
    say("matches")?;
    let lasting = Duration::from_secs(10);
    report
        .writes
        .push(writes::matches(&ours, &market, 40, lasting).await?);
    say("webhooks; first some tutors sign in and check out")?;
    let secret = settings.webhook_secret;
    let delivered = writes::webhooks(&ours, &market, &stripe, secret, args.buyers).await?;
    report.writes.extend(delivered);
    drop(ours);
    stripe.stop().await;
    if let Some(page) = &args.page {
        report.put_into(page)?;
    }
    write!(std::io::stdout(), "{}", report.markdown()?)?;
    Ok(())
}

/// A Stripe that keeps its events for itself until we deliver them.
async fn start_stripe() -> Result<(StripeFake, Stripe)> {
    const SECRET_KEY: &str = "sk_test_bench";
    const WEBHOOK_SECRET: &str = "whsec_bench";
    let config = StripeFakeConfig {
        secret_key: SECRET_KEY.to_owned(),
        webhook_url: "http://127.0.0.1:9/".to_owned(),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        public_base: None,
    };
    let fake = stripe_fake::start(config, TcpListener::bind(("127.0.0.1", 0))?).await?;
    fake.set_delivery(DeliveryPolicy::Manual);
    let settings = Stripe {
        secret_key: SECRET_KEY,
        webhook_secret: WEBHOOK_SECRET,
        api_base: fake.base_url().to_owned(),
    };
    Ok((fake, settings))
}

async fn reads_of(market: &Market) -> Result<Vec<Read>> {
    let tutors = market.tutors(1_000).await?;
    Ok(vec![
        Read {
            name: LIST,
            calls: vec![Call::get(LIST)],
        },
        Read {
            name: "/tutors/{id}",
            calls: tutors
                .iter()
                .map(|id| Call::get(format!("/tutors/{id}")))
                .collect(),
        },
        Read {
            name: "/subjects",
            calls: vec![Call::get("/subjects")],
        },
    ])
}

async fn start(args: &Args, stripe: &Stripe, log: Log) -> Result<(Server, Server)> {
    let (url, logs) = (&args.database_url, &args.logs);
    let program = &args.tutors;
    let kind = Kind::Ours {
        program,
        stripe,
        openai: None,
        takes_jobs: false,
    };
    let ours = Server::start(kind, url, log, logs).await?;
    let (program, list) = (&args.baseline, &list_name(&ours).await?);
    let baseline = Server::start(Kind::Baseline { program, list }, url, log, logs).await?;
    Ok((ours, baseline))
}

const LIST: &str = "/tutors?subject=matematika&limit=20";

/// What the server's cursor calls the list: it stands for the filters, in the server's own way.
async fn list_name(ours: &Server) -> Result<String> {
    let mut connection = Connection::open(ours.address).await?;
    let page = connection.json(&Call::get(LIST)).await?;
    let cursor = page.get("next_cursor").and_then(|cursor| cursor.as_str());
    let cursor = cursor.context("the list is one page")?;
    let cursor = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor)?)?;
    let list = cursor
        .split('|')
        .next()
        .context("a cursor without a list")?;
    Ok(list.to_owned())
}

async fn same_statements(args: &Args, stripe: &Stripe, reads: &[Read]) -> Result<()> {
    say("comparing statements")?;
    let (ours, baseline) = start(args, stripe, Log::Statements).await?;
    for read in reads {
        let call = read.calls.first().context("a read without a call")?;
        let statements = alike::statements(&ours, &baseline, call).await?;
        say(&format!(
            "  GET {}: {} statements",
            read.name,
            statements.len()
        ))?;
    }
    Ok(())
}

fn line(compared: &Compared) -> String {
    format!(
        "  {:.0}/s of {:.0}/s: {:.2}; processor time {} of {} µs",
        compared.ours.per_second,
        compared.baseline.per_second,
        compared.ratio,
        compared.ours.cpu.as_micros(),
        compared.baseline.cpu.as_micros()
    )
}

fn say(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{text}")?)
}
