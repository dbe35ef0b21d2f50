//! A report for people, as Markdown.

use std::fmt::Write;

use crate::bootstrap::Estimate;
use crate::report::{Line, Report};

impl Report {
    /// Tables of the figures, to three decimals, with their 95 % intervals.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        // Writing into a string can't fail.
        let _ = write!(text, "{}", self.heading());
        put_table(&mut text, "ranking", &self.rankings, interval);
        put_table(&mut text, "paired difference", &self.differences, signed);
        put_table(&mut text, "left out", &self.ablation, signed);
        text
    }

    fn heading(&self) -> String {
        let [wrong, fair, good, perfect] = self.grades;
        format!(
            "Seed {}, {} tutors, {} orders, of which {} have a candidate who suits; {} candidates of \
             grades 0 to 3: {wrong}, {fair}, {good}, {perfect}.\n",
            self.plan.seed, self.plan.tutors, self.plan.orders, self.judged_orders, self.candidates,
        )
    }
}

fn put_table(text: &mut String, title: &str, lines: &[Line], show: fn(&Estimate) -> String) {
    if lines.is_empty() {
        return;
    }
    let rows: Vec<[String; 3]> = std::iter::once([title, "NDCG@3", "NDCG@10"].map(str::to_owned))
        .chain(
            lines
                .iter()
                .map(|line| [line.name.clone(), show(&line.ndcg_3), show(&line.ndcg_10)]),
        )
        .collect();
    let width = |row: &[String; 3]| row.clone().map(|cell| cell.chars().count());
    let [first, second, third] = rows.iter().map(width).fold([3; 3], |[a, b, c], [x, y, z]| {
        [a.max(x), b.max(y), c.max(z)]
    });
    for (place, [name, at_3, at_10]) in rows.iter().enumerate() {
        let begin = if place == 0 { "\n" } else { "" };
        let _ = writeln!(
            text,
            "{begin}| {name:first$} | {at_3:second$} | {at_10:third$} |"
        );
        if place == 0 {
            let rule = |width| "-".repeat(width);
            let _ = writeln!(
                text,
                "|-{}-|-{}-|-{}-|",
                rule(first),
                rule(second),
                rule(third)
            );
        }
    }
}

fn interval(Estimate { mean, low, high }: &Estimate) -> String {
    format!("{mean:.3} ({low:.3} to {high:.3})")
}

fn signed(Estimate { mean, low, high }: &Estimate) -> String {
    format!("{mean:+.3} ({low:+.3} to {high:+.3})")
}
