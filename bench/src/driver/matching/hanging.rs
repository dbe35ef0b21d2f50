//! The promise: whatever the provider does, a match is answered within its budget and 50 ms, beyond
//! what it takes without a provider.

use std::time::Duration;

use anyhow::Result;
use openai_fake::Fault;

use super::load::{Answered, Latencies, Load, Until};
use super::provider::Provider;
use super::sized_market::SizedMarket;
use crate::server::Server;

/// What a match may take beyond its budget.
pub const ALLOWANCE: Duration = Duration::from_millis(50);
/// How many ask at a time, each once in as long as its budget lasts.
const CONNECTIONS: u32 = 32;

/// A way of hanging.
#[derive(Clone, Copy)]
pub struct Hanging {
    pub name: &'static str,
    pub budget_ms: u32,
}

pub const WAYS: [Hanging; 2] = [
    Hanging {
        name: "everything hangs; the circuit opens",
        budget_ms: 1_000,
    },
    Hanging {
        name: "everything hangs; no call has time to time out by itself, so that the circuit stays closed",
        budget_ms: 700,
    },
];

pub struct Measured {
    pub way: Hanging,
    /// Of those who waited for the provider.
    pub waited: Latencies,
    /// Of those who met an open circuit.
    pub spared: Latencies,
    pub rules: Latencies,
}

impl Measured {
    fn slowest(&self) -> Duration {
        self.waited.slowest().max(self.spared.slowest())
    }

    /// By how much the slowest was slower than the slowest by rules.
    pub fn excess(&self) -> Duration {
        self.slowest().saturating_sub(self.rules.slowest())
    }

    /// The most that it may be.
    pub fn limit(&self) -> Duration {
        Duration::from_millis(u64::from(self.way.budget_ms)) + ALLOWANCE
    }
}

/// `hung` has been started with the provider and not asked anything yet; `rules` has none. Both are
/// asked at the same time, and equally often.
pub async fn measure(
    way: Hanging,
    market: &SizedMarket,
    provider: &Provider,
    hung: &Server,
    rules: &Server,
    matches: usize,
) -> Result<Measured> {
    let calls = market.calls(hung, way.budget_ms).await?;
    market.forget_vectors_of_orders().await?;
    provider.fake.fail(Fault::Hang, None).await?;
    let load = |server: &Server| Load {
        address: server.address,
        calls: &calls,
        connections: CONNECTIONS,
        pace: Duration::from_millis(u64::from(way.budget_ms)),
        until: Until::Sent(matches),
    };
    let (answers, by_rules) = tokio::try_join!(load(hung).run(), load(rules).run())?;
    provider.fake.behave().await?;
    let (spared, waited): (Vec<Answered>, Vec<Answered>) =
        answers.into_iter().partition(Answered::is_spared);
    Ok(Measured {
        way,
        waited: Latencies::of(&waited),
        spared: Latencies::of(&spared),
        rules: Latencies::of(&by_rules),
    })
}
