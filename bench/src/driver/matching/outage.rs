//! A provider that is down for a minute under load: once the circuit is open a match takes as long as
//! by rules, and the circuit closes by itself when the provider is back.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use openai_fake::Fault;
use serde_json::Value;
use tokio::time::sleep;

use super::load::{Answer, Answered, Latencies, Load, Until};
use super::provider::Provider;
use super::sized_market::SizedMarket;
use crate::connection::{Call, Connection};
use crate::server::Server;

const CONNECTIONS: u32 = 8;
/// The circuit never rests for longer.
pub const LONGEST_REST: Duration = Duration::from_secs(60);

pub struct Measured {
    /// Of matches sent between the outage and the opening of the circuit.
    pub before_open: Latencies,
    /// From then on until the provider was back.
    pub open: Latencies,
    /// Of those, by the server without a provider.
    pub rules: Latencies,
    /// From the provider's return until a model had a say again.
    pub healed_after: Duration,
    /// How long the circuit rested at last.
    pub last_rest: Duration,
}

impl Measured {
    /// How many times as long as by rules, for so many per cent of the matches.
    pub fn ratio(&self, per_cent: usize) -> f64 {
        let rules = self.rules.percentile(per_cent);
        self.open.percentile(per_cent).as_secs_f64() / rules.as_secs_f64()
    }
}

struct Outage {
    began: Instant,
    ended: Instant,
    healed_after: Duration,
}

pub async fn measure(
    market: &SizedMarket,
    provider: &Provider,
    down: &Server,
    rules: &Server,
    lasting: Duration,
) -> Result<Measured> {
    let calls = market.calls(down, 1_000).await?;
    // A server that has once asked remembers the vectors of orders, and would match by meaning even
    // now: the provider is down before the first match.
    market.forget_vectors_of_orders().await?;
    provider.fake.fail(Fault::Refuse, None).await?;
    let is_over = Cell::new(false);
    let load = |server: &Server| Load {
        address: server.address,
        calls: &calls,
        connections: CONNECTIONS,
        pace: Duration::ZERO,
        until: Until::Told(&is_over),
    };
    let events = async {
        let outage = go_through(provider, down, &calls, lasting).await;
        is_over.set(true);
        outage
    };
    let (answers, by_rules, outage) =
        tokio::try_join!(load(down).run(), load(rules).run(), events)?;
    let opened = answers
        .iter()
        .filter(|answer| answer.is_spared())
        .map(|answer| answer.sent)
        .min()
        .context("the circuit never opened")?;
    let between = |answers: &[Answered], from: Instant, to: Instant| {
        let is_between = |answer: &&Answered| (from..to).contains(&answer.sent);
        Latencies::of(answers.iter().filter(is_between))
    };
    Ok(Measured {
        before_open: between(&answers, outage.began, opened),
        open: between(&answers, opened, outage.ended),
        rules: between(&by_rules, opened, outage.ended),
        healed_after: outage.healed_after,
        last_rest: last_rest(down)?,
    })
}

async fn go_through(
    provider: &Provider,
    down: &Server,
    calls: &[Call],
    lasting: Duration,
) -> Result<Outage> {
    let began = Instant::now();
    sleep(lasting).await;
    provider.fake.behave().await?;
    let ended = Instant::now();
    let mut connection = Connection::open(down.address).await?;
    let call = calls.first().context("no order")?;
    loop {
        let answer: Answer = serde_json::from_slice(&connection.succeed(call).await?)?;
        if answer.engine == "llm" {
            break;
        }
        ensure!(
            ended.elapsed() < 2 * LONGEST_REST,
            "the circuit stays open: {answer:?}"
        );
        sleep(Duration::from_millis(100)).await;
    }
    Ok(Outage {
        began,
        ended,
        healed_after: ended.elapsed(),
    })
}

/// As the server's log has it.
fn last_rest(server: &Server) -> Result<Duration> {
    let log = std::fs::read_to_string(&server.log)?;
    let mut rests = log.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        line.get("rest_ms")?.as_u64()
    });
    let rest = rests.next_back().context("no rest was logged")?;
    Ok(Duration::from_millis(rest))
}
