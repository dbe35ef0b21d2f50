//! The results as Markdown.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::FLEETS;
use crate::load::{Slice, median, percentile};
use crate::report::{ms, put_between};

#[derive(Default)]
pub struct Measured {
    per_second: Vec<f64>,
    ratios: Vec<f64>,
    latencies: Vec<Duration>,
}

impl Measured {
    pub fn add(&mut self, slice: Slice, ratio: f64) {
        self.per_second.push(slice.per_second());
        self.ratios.push(ratio);
        self.latencies.extend(slice.latencies);
    }

    pub fn ratios(&self) -> Vec<f64> {
        self.ratios.clone()
    }
}

pub struct Report {
    durability: String,
    statements: usize,
    events: usize,
    /// pgbench's deliveries a second.
    pub baseline: Vec<f64>,
    /// In the order of [`FLEETS`].
    pub fleets: Vec<Measured>,
}

impl Report {
    pub fn new(durability: String, statements: usize, events: usize) -> Self {
        Self {
            durability,
            statements,
            events,
            baseline: Vec::new(),
            fleets: FLEETS.iter().map(|_| Measured::default()).collect(),
        }
    }

    pub fn markdown(&self) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        writeln!(
            out,
            "| signed deliveries, 16 connections | a second | of pgbench | p50 | p99 |\n|---|--:|--:|--:|--:|"
        )?;
        for (count, measured) in FLEETS.iter().zip(&self.fleets) {
            let mut latencies = measured.latencies.clone();
            latencies.sort();
            writeln!(
                out,
                "| {count} server process{} | {:.0} | **{:.2}** | {} | {} |",
                if *count == 1 { "" } else { "es" },
                median(measured.per_second.clone()),
                median(measured.ratios.clone()),
                ms(percentile(&latencies, 50)),
                ms(percentile(&latencies, 99)),
            )?;
        }
        writeln!(
            out,
            "| pgbench, the same statements | {:.0} | 1 | | |",
            median(self.baseline.clone())
        )?;
        writeln!(
            out,
            "\n{} statements for the {} events of a purchase; {}.",
            self.statements, self.events, self.durability
        )?;
        Ok(out)
    }

    pub fn put_into(&self, page: &Path) -> Result<()> {
        const BEGIN: &str = "<!-- scripts/bench webhooks writes from here -->";
        const END: &str = "<!-- of webhooks to here -->";
        put_between(page, BEGIN, END, &self.markdown()?)
    }
}
