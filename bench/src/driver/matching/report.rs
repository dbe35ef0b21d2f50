//! The results as Markdown, and which of the goals they miss.

use std::fmt::{Result, Write};
use std::path::Path;
use std::time::Duration;

use super::growth::{CONNECTIONS, Contender, Measured};
use super::load::Latencies;
use super::{hanging, outage};
use crate::report::{ms, put_between};

/// How many times as long a match may take in the largest market as in the smallest.
const MOST_GROWTH: f64 = 2.0;
/// Of 99 matches in 100 on SQLite.
const LONGEST_ON_SQLITE: Duration = Duration::from_millis(50);
/// How many times as long as by rules a match may take beside a provider that is down: what two
/// servers that do the same differ by on a machine that does other things too.
const MOST_WHILE_DOWN: f64 = 1.25;

pub struct Report {
    pub shared_buffers: String,
    pub contenders: Vec<Contender>,
    pub hanging: Vec<hanging::Measured>,
    pub outage: Option<outage::Measured>,
}

/// How a match by an engine grows from the smallest market to the largest.
struct Growth {
    engine: &'static str,
    /// In the order of [`CONNECTIONS`].
    ratios: Vec<f64>,
    candidates: f64,
}

impl Report {
    pub fn markdown(&self) -> std::result::Result<String, std::fmt::Error> {
        let mut out = String::new();
        self.write_growth(&mut out)?;
        if !self.hanging.is_empty() {
            self.write_hanging(&mut out)?;
        }
        if let Some(outage) = &self.outage {
            write_outage(&mut out, outage)?;
        }
        Ok(out)
    }

    fn write_growth(&self, out: &mut String) -> Result {
        writeln!(
            out,
            "| a match on | tutors | candidates | engine | p50 | p99 | a candidate | p50, 8 at a time | p99 | processor time |\n\
             |---|--:|--:|---|--:|--:|--:|--:|--:|--:|"
        )?;
        for contender in &self.contenders {
            let [one, eight] = &contender.measured;
            let (alone, together) = (Latencies::of(&one.answers), Latencies::of(&eight.answers));
            let p50 = alone.percentile(50);
            writeln!(
                out,
                "| {} | {} | {:.0} | {} | {} | {} | {:.0} µs | {} | {} | {} |",
                contender.database,
                contender.tutors,
                contender.candidates,
                contender.engine,
                ms(p50),
                ms(alone.percentile(99)),
                p50.as_secs_f64() * 1e6 / contender.candidates,
                ms(together.percentile(50)),
                ms(together.percentile(99)),
                ms(one.cpu_of_one()),
            )?;
        }
        writeln!(
            out,
            "\n| growth from the smallest market to the largest | 1 at a time | 8 at a time | candidates |\n\
             |---|--:|--:|--:|"
        )?;
        for growth in self.growths() {
            write!(out, "| {} |", growth.engine)?;
            for ratio in growth.ratios {
                write!(out, " **{ratio:.2}** |")?;
            }
            writeln!(out, " {:.2} |", growth.candidates)?;
        }
        writeln!(
            out,
            "\nPostgreSQL's shared_buffers = {}.",
            self.shared_buffers
        )
    }

    fn write_hanging(&self, out: &mut String) -> Result {
        writeln!(
            out,
            "\n| a provider that hangs | budget | waited for it | spared | slowest | slowest spared | slowest by rules | more than by rules | at most |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for measured in &self.hanging {
            writeln!(
                out,
                "| {} | {} ms | {} | {} | {} | {} | {} | **{}** | {} |",
                measured.way.name,
                measured.way.budget_ms,
                measured.waited.count(),
                measured.spared.count(),
                ms(measured.waited.slowest()),
                ms(measured.spared.slowest()),
                ms(measured.rules.slowest()),
                ms(measured.excess()),
                ms(measured.limit()),
            )?;
        }
        Ok(())
    }

    fn of_engine(&self, engine: &str) -> impl Iterator<Item = &Contender> {
        let is_meant = move |contender: &&Contender| {
            contender.database == "PostgreSQL" && contender.engine == engine
        };
        self.contenders.iter().filter(is_meant)
    }

    fn growths(&self) -> Vec<Growth> {
        let growth = |engine| {
            let (first, last) = (
                self.of_engine(engine).next()?,
                self.of_engine(engine).last()?,
            );
            let pairs = last.measured.iter().zip(&first.measured);
            Some(Growth {
                engine,
                ratios: pairs.map(|(last, first)| last.ratio(first)).collect(),
                candidates: last.candidates / first.candidates,
            })
        };
        ["rules", "semantic", "llm"]
            .into_iter()
            .filter_map(growth)
            .collect()
    }

    /// The goals that were not reached.
    pub fn missed(&self) -> Vec<String> {
        let mut missed = Vec::new();
        for growth in self.growths() {
            // What a model itself takes is the provider's.
            for (ratio, connections) in growth.ratios.iter().zip(CONNECTIONS) {
                if growth.engine != "llm" && *ratio > MOST_GROWTH {
                    let engine = growth.engine;
                    missed.push(format!(
                        "{engine} grows {ratio:.2} times, {connections} at a time"
                    ));
                }
            }
        }
        let on_sqlite = self.contenders.iter().filter(|c| c.database == "SQLite");
        for [one, _] in
            on_sqlite.map(|contender: &Contender| -> &[Measured; 2] { &contender.measured })
        {
            let p99 = Latencies::of(&one.answers).percentile(99);
            if p99 > LONGEST_ON_SQLITE {
                missed.push(format!("p99 on SQLite is {}", ms(p99)));
            }
        }
        for measured in self.hanging.iter().filter(|m| m.excess() > m.limit()) {
            missed.push(format!(
                "{}: {} more",
                measured.way.name,
                ms(measured.excess())
            ));
        }
        if let Some(outage) = &self.outage {
            if outage.ratio(99) > MOST_WHILE_DOWN {
                missed.push(format!(
                    "p99 while down is {:.2} of rules",
                    outage.ratio(99)
                ));
            }
            if outage.healed_after > outage.last_rest {
                missed.push(format!("healed only after {}", ms(outage.healed_after)));
            }
        }
        missed
    }

    pub fn put_into(&self, page: &Path) -> anyhow::Result<()> {
        const BEGIN: &str = "<!-- scripts/bench matching writes from here -->";
        const END: &str = "<!-- of matching to here -->";
        put_between(page, BEGIN, END, &self.markdown()?)
    }
}

fn write_outage(out: &mut String, outage: &outage::Measured) -> Result {
    writeln!(
        out,
        "\n| a provider that is down, 8 at a time | matches | p50 | p99 | slowest |\n|---|--:|--:|--:|--:|"
    )?;
    let rows = [
        ("until the circuit opens", &outage.before_open),
        ("from then on", &outage.open),
        ("by rules, at the same time", &outage.rules),
    ];
    for (name, latencies) in rows {
        writeln!(
            out,
            "| {name} | {} | {} | {} | {} |",
            latencies.count(),
            ms(latencies.percentile(50)),
            ms(latencies.percentile(99)),
            ms(latencies.slowest()),
        )?;
    }
    writeln!(
        out,
        "\nOf rules, with the circuit open: p50 {:.2}, p99 **{:.2}**. A model had a say again {:.1} s after \
         the provider was back; the circuit had last gone to rest for {:.0} s.",
        outage.ratio(50),
        outage.ratio(99),
        outage.healed_after.as_secs_f64(),
        outage.last_rest.as_secs_f64(),
    )
}
