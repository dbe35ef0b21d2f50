//! Load: a few connections that each send their next request as soon as the last was answered.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;

use crate::connection::{Call, Connection};

/// As many as the server has connections to its database, less a few.
pub const CONNECTIONS: usize = 16;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// The calls are sent in turn, again and again.
    Elapsed(Duration),
    /// Each call is sent once.
    AllSent,
}

/// What a slice of load came to.
#[derive(Debug, Default)]
pub struct Slice {
    pub elapsed: Duration,
    pub latencies: Vec<Duration>,
}

impl Slice {
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Sends the calls on all connections at once. They are opened for it: a server may close one that
/// stood idle while another server was loaded.
pub async fn run(address: SocketAddr, calls: &[Call], until: Until) -> Result<Slice> {
    run_on(&[address], calls, until).await
}

/// As [`run`], on several servers, which get as many connections each.
pub async fn run_on(addresses: &[SocketAddr], calls: &[Call], until: Until) -> Result<Slice> {
    let addresses = addresses.iter().cycle().take(CONNECTIONS);
    let opened = addresses.map(|address| Connection::open(*address));
    let mut connections = try_join_all(opened).await?;
    let began = Instant::now();
    let next = Cell::new(0);
    let workers = connections.iter_mut().map(|connection| {
        let next = &next;
        async move {
            let mut latencies = Vec::new();
            while let Some(call) = take(calls, next, until, began) {
                let sent = Instant::now();
                connection.succeed(call).await?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        }
    });
    let latencies = try_join_all(workers).await?.concat();
    Ok(Slice {
        elapsed: began.elapsed(),
        latencies,
    })
}

fn take<'a>(
    calls: &'a [Call],
    next: &Cell<usize>,
    until: Until,
    began: Instant,
) -> Option<&'a Call> {
    let turn = next.replace(next.get() + 1);
    match until {
        Until::Elapsed(limit) if began.elapsed() >= limit => None,
        Until::Elapsed(_) => calls.get(turn.checked_rem(calls.len())?),
        Until::AllSent => calls.get(turn),
    }
}

/// The value that so many per cent do not exceed.
pub fn percentile(sorted: &[Duration], per_cent: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get(last * per_cent / 100)
        .copied()
        .unwrap_or_default()
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get(values.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or_default()
}
