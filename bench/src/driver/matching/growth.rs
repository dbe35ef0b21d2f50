//! How long a match takes, by size of the market, engine, and how many ask at a time: all in turns, so
//! that whatever else the machine does disturbs all alike.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::load::{Answered, Latencies, Load, Until};
use super::sized_market::SizedMarket;
use crate::connection::Call;
use crate::load::median;
use crate::server::Server;

/// How many ask at a time.
pub const CONNECTIONS: [u32; 2] = [1, 8];

/// How many tutors the server scores at most: the best by rules, and the nearest by meaning.
const BEST: i64 = 200;
const NEAREST: i64 = 100;

/// A server in a market, and what it is asked.
pub struct Contender {
    pub database: &'static str,
    pub tutors: u32,
    pub candidates: f64,
    pub engine: &'static str,
    pub server: Server,
    pub calls: Vec<Call>,
    /// In the order of [`CONNECTIONS`].
    pub measured: [Measured; CONNECTIONS.len()],
}

/// What a contender came to with so many connections.
#[derive(Default)]
pub struct Measured {
    pub answers: Vec<Answered>,
    /// Of each slice.
    pub medians: Vec<Duration>,
    /// The server's own.
    pub cpu: Duration,
}

impl Measured {
    /// Processor time of the server for one match.
    pub fn cpu_of_one(&self) -> Duration {
        let matches = u32::try_from(self.answers.len()).unwrap_or(u32::MAX);
        self.cpu.checked_div(matches).unwrap_or_default()
    }

    /// How many times as long as another's, slice by slice.
    pub fn ratio(&self, other: &Self) -> f64 {
        let pairs = self.medians.iter().zip(&other.medians);
        median(
            pairs
                .map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64())
                .collect(),
        )
    }
}

impl Contender {
    pub async fn new(
        database: &'static str,
        engine: &'static str,
        market: &SizedMarket,
        server: Server,
    ) -> Result<Self> {
        // More than enough for a model that answers: what is measured here is how long a match
        // takes, and not how long it may.
        let calls = market.calls(&server, 5_000).await?;
        Ok(Self {
            database,
            tutors: market.tutors,
            candidates: market.candidates(if engine == "rules" { BEST } else { NEAREST }),
            engine,
            server,
            calls,
            measured: Default::default(),
        })
    }

    async fn load(&self, connections: u32, until: Until<'_>) -> Result<Vec<Answered>> {
        let load = Load {
            address: self.server.address,
            calls: &self.calls,
            connections,
            pace: Duration::ZERO,
            until,
        };
        load.run().await
    }

    /// Caches are filled, and statements prepared on as many connections as there will be.
    async fn warm_up(&self) -> Result<()> {
        for connections in [1, 8, 8] {
            self.load(connections, Until::Sent(self.calls.len()))
                .await?;
        }
        Ok(())
    }

    async fn slice(&mut self, place: usize, lasting: Duration) -> Result<()> {
        let connections = CONNECTIONS.get(place).context("no such place")?;
        let cpu = self.server.cpu()?;
        let answers = self.load(*connections, Until::Elapsed(lasting)).await?;
        let other = answers
            .iter()
            .find(|answer| answer.answer.engine != self.engine);
        ensure!(
            other.is_none(),
            "{} tutors, {}: {other:?}",
            self.tutors,
            self.engine
        );
        let cpu = self.server.cpu()?.saturating_sub(cpu);
        let measured = self.measured.get_mut(place).context("no such place")?;
        measured
            .medians
            .push(Latencies::of(&answers).percentile(50));
        measured.answers.extend(answers);
        measured.cpu += cpu;
        Ok(())
    }
}

/// Loads all of them in turns.
pub async fn measure(contenders: &mut [Contender], slices: usize, each: Duration) -> Result<()> {
    for contender in contenders.iter() {
        contender.warm_up().await?;
    }
    for turn in 0..slices {
        for place in 0..CONNECTIONS.len() {
            // Each comes first at some time.
            let first = turn % contenders.len();
            contenders.rotate_left(first);
            for contender in contenders.iter_mut() {
                contender.slice(place, each).await?;
            }
            contenders.rotate_right(first);
        }
    }
    Ok(())
}
