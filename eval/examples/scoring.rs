//! How long it takes to score and rank as many candidates as a match has at most, of all our time
//! zones and with texts as long as they are in life.
//!
//! `cargo run --release -p eval --example scoring`

#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::DateTime;
use domain::matching::{CANDIDATE_LIMIT, Relevance, rank, score};
use eval::{Plan, published};

const ROUNDS: usize = 20;

fn main() {
    let tutors = u32::try_from(CANDIDATE_LIMIT).unwrap_or(u32::MAX);
    let (orders, candidates) = published(Plan {
        tutors,
        ..Plan::default()
    });
    for (engine, relevance) in [
        ("rules", Relevance::Lexical),
        ("semantic", Relevance::Cosine(0.3)),
    ] {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..ROUNDS {
            for order in &orders {
                let began = Instant::now();
                let scored = candidates
                    .iter()
                    .map(|candidate| score(order, candidate, relevance, DateTime::UNIX_EPOCH));
                black_box(rank(scored.collect()));
                times.push(began.elapsed());
            }
        }
        times.sort_unstable();
        let micros = |percent: usize| {
            let place = (times.len().saturating_sub(1)) * percent / 100;
            times.get(place).map_or(0, Duration::as_micros)
        };
        println!(
            "{engine}: {tutors} candidates in {} µs (p50), {} µs (p99), {} µs at most, of {} matches",
            micros(50),
            micros(99),
            micros(100),
            times.len(),
        );
    }
}
