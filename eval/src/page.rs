//! The page that keeps the figures: docs/matching.md, between two marks.

use crate::report::Report;

const BEGIN: &str = "<!-- figures: tutors eval matching --ablation -->\n";
const END: &str = "<!-- end of figures -->";

/// The page with a report between its marks; none if the marks are missing.
#[must_use]
pub fn with_figures(page: &str, report: &Report) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!(
        "{before}{BEGIN}\n{}\n{END}{after}",
        report.to_markdown()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Plan, evaluate};

    #[test]
    fn the_figures_take_the_place_of_those_before_and_of_nothing_else() {
        let plan = Plan {
            tutors: 5,
            orders: 2,
            ..Plan::default()
        };
        let report = evaluate(plan, &mut |_, _| ());
        let page = format!("Before.\n{BEGIN}of last year\n{END}\nAfter.\n");
        let page = with_figures(&page, &report).unwrap();
        assert!(page.starts_with("Before.\n") && page.ends_with("\nAfter.\n"));
        assert!(page.contains(&report.to_markdown()) && !page.contains("of last year"));
        assert_eq!(with_figures(&page, &report).as_ref(), Some(&page));
        assert_eq!(with_figures("A page without marks.", &report), None);
    }
}
