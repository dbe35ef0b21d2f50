//! The promise: whatever the provider does, a match is answered within its budget and 50 ms, beyond
//! what it takes without a provider.

use std::cell::Cell;
use std::time::Duration;

use anyhow::Result;
use openai_fake::{Fault, Operation};
use tokio::time::sleep;

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
    /// What hangs; None: everything.
    operation: Option<Operation>,
    /// Whether other matches go on finding embeddings answered, so that the circuit stays closed.
    is_kept_closed: bool,
}

pub const WAYS: [Hanging; 3] = [
    Hanging {
        name: "everything hangs; the circuit opens",
        budget_ms: 1_000,
        operation: None,
        is_kept_closed: false,
    },
    Hanging {
        name: "chat hangs; others find embeddings answered, so that the circuit stays closed",
        budget_ms: 1_000,
        operation: Some(Operation::Chat),
        is_kept_closed: true,
    },
    Hanging {
        name: "everything hangs; no call has time to time out by itself, so that the circuit stays closed",
        budget_ms: 700,
        operation: None,
        is_kept_closed: false,
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
    let brief = market.calls(hung, 200).await?;
    market.forget_vectors_of_orders().await?;
    provider.fake.fail(Fault::Hang, way.operation).await?;
    let load = |server: &Server| Load {
        address: server.address,
        calls: &calls,
        connections: CONNECTIONS,
        pace: Duration::from_millis(u64::from(way.budget_ms)),
        until: Until::Sent(matches),
    };
    let is_over = Cell::new(false);
    let asked = async {
        // The others are there first.
        sleep(Duration::from_millis(500)).await;
        let answers = tokio::try_join!(load(hung).run(), load(rules).run());
        is_over.set(true);
        answers
    };
    let others = async {
        if !way.is_kept_closed {
            return Ok(());
        }
        let others = Load {
            address: hung.address,
            calls: &brief,
            connections: 12,
            pace: Duration::ZERO,
            until: Until::Told(&is_over),
        };
        let forgetting = async {
            while !is_over.get() {
                market.forget_vectors_of_orders().await?;
                sleep(Duration::from_millis(5)).await;
            }
            Ok(())
        };
        tokio::try_join!(others.run(), forgetting).map(|_| ())
    };
    let ((answers, by_rules), ()) = tokio::try_join!(asked, others)?;
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
