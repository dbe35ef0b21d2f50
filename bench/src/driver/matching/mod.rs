//! Matches: how they grow with the market, by each engine; and how long they take beside a provider
//! that hangs, or is down for a minute.

mod growth;
mod hanging;
mod load;
mod outage;
mod provider;
mod report;
mod sized_market;
mod vectors;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use crate::server::{Kind, Log, OpenAi, Server, Stripe};
use crate::{say, start_stripe};
use growth::Contender;
use hanging::WAYS;
use provider::Provider;
use report::Report;
use sized_market::SizedMarket;

#[derive(Debug, Parser)]
pub struct Args {
    /// The `tutors` binary
    #[arg(long)]
    tutors: PathBuf,
    /// A generated market on PostgreSQL, the smallest first: TUTORS=URL, without parameters
    #[arg(long = "market", value_parser = sized, required = true)]
    markets: Vec<(u32, String)>,
    /// On SQLite, the same market as that of as many tutors on PostgreSQL: TUTORS=URL
    #[arg(long, value_parser = sized)]
    sqlite: (u32, String),
    /// The password of the markets' accounts
    #[arg(long)]
    password: String,
    /// Where the servers' logs go
    #[arg(long)]
    logs: PathBuf,
    /// The page that the results are put into
    #[arg(long)]
    page: Option<PathBuf>,
    /// How often each server is loaded, with each number of connections
    #[arg(long, default_value_t = 15)]
    slices: usize,
    #[arg(long, default_value_t = 700)]
    slice_ms: u64,
    /// How many matches meet each way of hanging
    #[arg(long, default_value_t = 1_000)]
    hung_matches: usize,
    #[arg(long, default_value_t = 60)]
    outage_seconds: u64,
}

fn sized(text: &str) -> Result<(u32, String), String> {
    let wanted = "TUTORS=URL is wanted";
    let (tutors, url) = text.split_once('=').ok_or(wanted)?;
    Ok((tutors.parse().map_err(|_| wanted)?, url.to_owned()))
}

pub async fn run(args: Args) -> Result<()> {
    let (stripe, settings) = start_stripe().await?;
    let bench = Bench {
        args: &args,
        stripe: settings,
    };
    let markets = bench.open_markets().await?;
    let same = markets.iter().find(|market| market.tutors == args.sqlite.0);
    let same = same.context("the market on SQLite has no twin")?;
    let mut report = Report {
        shared_buffers: same.shared_buffers().await?,
        contenders: bench.growth(&markets, same).await?,
        hanging: Vec::new(),
        outage: None,
    };
    say(&report.markdown()?)?;
    bench.failures(same, &mut report).await?;
    stripe.stop().await;
    if let Some(page) = &args.page {
        report.put_into(page)?;
    }
    say(&report.markdown()?)?;
    let missed = report.missed();
    ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
    Ok(())
}

struct Bench<'a> {
    args: &'a Args,
    stripe: Stripe,
}

impl Bench<'_> {
    async fn start(&self, url: &str, openai: Option<&OpenAi>) -> Result<Server> {
        let kind = Kind::Ours {
            program: &self.args.tutors,
            stripe: &self.stripe,
            openai,
            takes_jobs: false,
        };
        Server::start(kind, url, Log::Warnings, &self.args.logs).await
    }

    async fn open_markets(&self) -> Result<Vec<SizedMarket>> {
        let args = self.args;
        let mut markets = Vec::new();
        for (tutors, url) in &args.markets {
            let market = SizedMarket::open(*tutors, url, &args.password).await?;
            if market.pending().await? > 0 {
                let began = Instant::now();
                vectors::embed(&market, &args.tutors, &self.stripe, &args.logs).await?;
                let elapsed = began.elapsed().as_secs_f64();
                say(&format!("embedded {tutors} tutors in {elapsed:.1} s"))?;
            }
            markets.push(market);
        }
        Ok(markets)
    }

    async fn growth(&self, markets: &[SizedMarket], same: &SizedMarket) -> Result<Vec<Contender>> {
        let semantic = Provider::without_chat().await?;
        let llm = Provider::start()?;
        let engines = [
            ("rules", None),
            ("semantic", Some(&semantic.settings)),
            ("llm", Some(&llm.settings)),
        ];
        let mut contenders = Vec::new();
        for market in markets {
            for (engine, openai) in engines {
                let server = self.start(&market.url, openai).await?;
                contenders.push(Contender::new("PostgreSQL", engine, market, server).await?);
            }
        }
        let server = self.start(&self.args.sqlite.1, None).await?;
        contenders.push(Contender::new("SQLite", "rules", same, server).await?);
        say("matches in turns")?;
        let each = Duration::from_millis(self.args.slice_ms);
        growth::measure(&mut contenders, self.args.slices, each).await?;
        Ok(contenders)
    }

    async fn failures(&self, market: &SizedMarket, report: &mut Report) -> Result<()> {
        // Nobody else's server shall be alive beside those that are measured now.
        for contender in &mut report.contenders {
            contender.server.stop().await?;
        }
        let rules = self.start(&market.url, None).await?;
        for way in WAYS {
            say(way.name)?;
            let provider = Provider::start()?;
            let hung = self.start(&market.url, Some(&provider.settings)).await?;
            let matches = self.args.hung_matches;
            let measured = hanging::measure(way, market, &provider, &hung, &rules, matches).await?;
            report.hanging.push(measured);
        }
        say(&report.markdown()?)?;
        say("the provider is down")?;
        let provider = Provider::start()?;
        let down = self.start(&market.url, Some(&provider.settings)).await?;
        let lasting = Duration::from_secs(self.args.outage_seconds);
        let measured = outage::measure(market, &provider, &down, &rules, lasting).await?;
        report.outage = Some(measured);
        Ok(())
    }
}
