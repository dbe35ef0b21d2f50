//! `tutors eval`: how good our answers are, measured without a server or a database.

use std::path::PathBuf;

use ::eval::{Plan, evaluate, page};
use anyhow::{Context, Result};
use clap::Subcommand;

use super::progress::Progress;
use super::{say, say_raw};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Compare our rankings of tutors with others, in a made-up market with known preferences
    ///
    /// NDCG@3 and @10 with 95 % intervals. docs/matching.md tells how the market is made.
    Matching(MatchingArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct MatchingArgs {
    /// Equal seeds give equal markets
    #[arg(long, default_value_t = Plan::default().seed)]
    seed: u64,
    /// How many tutors
    #[arg(long, default_value_t = Plan::default().tutors, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    tutors: u32,
    /// How many orders
    #[arg(long, default_value_t = Plan::default().orders, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    orders: u32,
    /// Also measure ours without each of its features
    #[arg(long)]
    ablation: bool,
    /// Print JSON rather than tables
    #[arg(long)]
    json: bool,
    /// Also put the tables into a page between its marks, as in docs/matching.md
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
}

pub(super) fn run(action: Action) -> Result<()> {
    let Action::Matching(args) = action;
    let plan = Plan {
        seed: args.seed,
        tutors: args.tutors,
        orders: args.orders,
        ablation: args.ablation,
    };
    let mut progress = Progress::new("judging orders");
    let report = evaluate(plan, &mut |done, total| progress.show(done, total));
    if let Some(path) = &args.page {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} can't be read", path.display()))?;
        let text = page::with_figures(&text, &report)
            .with_context(|| format!("{} has no marks for the figures", path.display()))?;
        std::fs::write(path, text)
            .with_context(|| format!("{} can't be written", path.display()))?;
    }
    if args.json {
        say(&serde_json::to_string_pretty(&report)?)
    } else {
        say_raw(&report.to_markdown())
    }
}
