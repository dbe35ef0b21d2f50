//! What everybody reads, by ours and by the baseline in turns.

use std::time::Duration;

use anyhow::Result;

use crate::connection::Call;
use crate::load::{self, Slice, Until, median, percentile};
use crate::server::Server;

/// A kind of request, and its requests.
pub struct Read {
    pub name: &'static str,
    pub calls: Vec<Call>,
}

/// How often and how long each server is measured.
#[derive(Debug, Clone, Copy)]
pub struct Slices {
    pub count: usize,
    pub each: Duration,
}

/// What one server came to over its slices.
pub struct Measured {
    /// The median of the slices.
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// The server's own processor time for one request.
    pub cpu: Duration,
}

pub struct Compared {
    pub name: &'static str,
    pub ours: Measured,
    pub baseline: Measured,
    /// The median of the ratios of neighbouring slices: what disturbs the machine disturbs both.
    pub ratio: f64,
}

pub async fn compare(
    ours: &Server,
    baseline: &Server,
    read: &Read,
    slices: Slices,
) -> Result<Compared> {
    let until = Until::Elapsed(slices.each);
    // Statements are prepared and caches filled before anything counts.
    load::run(ours.address, &read.calls, until).await?;
    load::run(baseline.address, &read.calls, until).await?;
    let (our_cpu, their_cpu) = (ours.cpu()?, baseline.cpu()?);
    let (mut our_slices, mut their_slices) = (Vec::new(), Vec::new());
    for turn in 0..slices.count {
        // Each goes first in every second turn.
        for ours_now in [turn % 2 == 0, turn % 2 != 0] {
            let (server, slices) = if ours_now {
                (ours, &mut our_slices)
            } else {
                (baseline, &mut their_slices)
            };
            slices.push(load::run(server.address, &read.calls, until).await?);
        }
    }
    let pairs = our_slices.iter().zip(&their_slices);
    let ratio = median(
        pairs
            .map(|(o, b)| o.per_second() / b.per_second())
            .collect(),
    );
    Ok(Compared {
        name: read.name,
        ours: measured(our_slices, ours.cpu()?.saturating_sub(our_cpu)),
        baseline: measured(their_slices, baseline.cpu()?.saturating_sub(their_cpu)),
        ratio,
    })
}

fn measured(slices: Vec<Slice>, cpu: Duration) -> Measured {
    let per_second = median(slices.iter().map(Slice::per_second).collect());
    let mut latencies: Vec<Duration> = slices.into_iter().flat_map(|s| s.latencies).collect();
    latencies.sort();
    let requests = u32::try_from(latencies.len()).unwrap_or(u32::MAX);
    Measured {
        per_second,
        p50: percentile(&latencies, 50),
        p99: percentile(&latencies, 99),
        cpu: cpu.checked_div(requests).unwrap_or_default(),
    }
}
