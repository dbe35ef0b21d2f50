//! The results as Markdown, and in their place in the documentation.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::reads::{Compared, Measured};
use crate::writes::Written;

pub struct Report {
    pub reads: Vec<Compared>,
    pub writes: Vec<Written>,
    /// What was timed before the driver began: its name and seconds.
    pub timed: Vec<(String, String)>,
}

const BEGIN: &str = "<!-- scripts/bench writes from here -->";
const END: &str = "<!-- to here -->";

impl Report {
    pub fn markdown(&self) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        writeln!(
            out,
            "| reads | requests/s | of the baseline | p50 | p99 | processor time a request |\n\
             |---|--:|--:|--:|--:|--:|"
        )?;
        for read in &self.reads {
            let ratio = format!("**{:.2}**", read.ratio);
            row(
                &mut out,
                &format!("`GET {}`", read.name),
                &ratio,
                &read.ours,
            )?;
            row(&mut out, "the baseline", "1", &read.baseline)?;
        }
        writeln!(
            out,
            "\n| writes | how many | a second | p50 | p99 |\n|---|--:|--:|--:|--:|"
        )?;
        for written in &self.writes {
            writeln!(
                out,
                "| {} | {} | {:.0} | {} | {} |",
                written.name,
                written.count,
                written.per_second,
                ms(written.p50),
                ms(written.p99)
            )?;
        }
        writeln!(out, "\n| commands | seconds |\n|---|--:|")?;
        for (name, seconds) in &self.timed {
            writeln!(out, "| {name} | {seconds} |")?;
        }
        Ok(out)
    }

    /// Puts the results between the marks of a page.
    pub fn put_into(&self, page: &Path) -> Result<()> {
        put_between(page, BEGIN, END, &self.markdown()?)
    }
}

/// Puts results between two marks of a page.
pub fn put_between(page: &Path, begin: &str, end: &str, results: &str) -> Result<()> {
    let text = std::fs::read_to_string(page)
        .with_context(|| format!("{} can't be read", page.display()))?;
    let (before, rest) = text.split_once(begin).context("no place for the results")?;
    let (_, after) = rest.split_once(end).context("no end of the results")?;
    std::fs::write(page, format!("{before}{begin}\n{results}{end}{after}"))?;
    Ok(())
}

fn row(out: &mut String, name: &str, ratio: &str, of: &Measured) -> std::fmt::Result {
    writeln!(
        out,
        "| {name} | {:.0} | {ratio} | {} | {} | {} µs |",
        of.per_second,
        ms(of.p50),
        ms(of.p99),
        of.cpu.as_micros()
    )
}

pub fn ms(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}
