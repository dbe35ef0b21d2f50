//! Matches over some connections, and what each was answered.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;
use serde::Deserialize;

use crate::connection::{Call, Connection};
use crate::load::percentile;

/// When to stop.
#[derive(Clone, Copy)]
pub enum Until<'a> {
    Elapsed(Duration),
    Sent(usize),
    /// Once somebody says so.
    Told(&'a Cell<bool>),
}

/// The calls are sent in turn, again and again, each connection its next one once the last was answered.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    pub address: SocketAddr,
    pub calls: &'a [Call],
    pub connections: u32,
    /// A connection sends no two calls within it. The connections begin spread over it.
    pub pace: Duration,
    pub until: Until<'a>,
}

#[derive(Debug, Clone)]
pub struct Answered {
    pub sent: Instant,
    pub latency: Duration,
    pub answer: Answer,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    pub engine: String,
    pub degraded: Vec<String>,
}

impl Answered {
    /// The provider was not asked, so nobody waited for it.
    pub fn is_spared(&self) -> bool {
        let mut degraded = self.answer.degraded.iter();
        degraded.any(|reason| reason == "circuit_open")
    }
}

impl Load<'_> {
    pub async fn run(self) -> Result<Vec<Answered>> {
        let opened = (0..self.connections).map(|_| Connection::open(self.address));
        let connections = try_join_all(opened).await?;
        let (began, next) = (Instant::now(), Cell::new(0));
        let workers = (0..).zip(connections).map(|(place, connection)| {
            let delay = self.pace * place / self.connections;
            self.work(connection, delay, &next, began)
        });
        Ok(try_join_all(workers).await?.concat())
    }

    async fn work(
        self,
        mut connection: Connection,
        delay: Duration,
        next: &Cell<usize>,
        began: Instant,
    ) -> Result<Vec<Answered>> {
        let mut answers = Vec::new();
        tokio::time::sleep(delay).await;
        while let Some(call) = self.take(next, began) {
            let sent = Instant::now();
            let body = connection.succeed(call).await?;
            answers.push(Answered {
                sent,
                latency: sent.elapsed(),
                answer: serde_json::from_slice(&body)?,
            });
            if !self.pace.is_zero() {
                tokio::time::sleep(self.pace.saturating_sub(sent.elapsed())).await;
            }
        }
        Ok(answers)
    }

    fn take(&self, next: &Cell<usize>, began: Instant) -> Option<&Call> {
        let turn = next.get();
        let is_over = match self.until {
            Until::Elapsed(limit) => began.elapsed() >= limit,
            Until::Sent(count) => turn >= count,
            Until::Told(told) => told.get(),
        };
        if is_over {
            return None;
        }
        next.set(turn + 1);
        self.calls.get(turn.checked_rem(self.calls.len())?)
    }
}

/// Latencies, shortest first.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a Answered>) -> Self {
        let mut latencies: Vec<_> = answers.into_iter().map(|answer| answer.latency).collect();
        latencies.sort();
        Self(latencies)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn percentile(&self, per_cent: usize) -> Duration {
        percentile(&self.0, per_cent)
    }

    pub fn slowest(&self) -> Duration {
        self.0.last().copied().unwrap_or_default()
    }
}
