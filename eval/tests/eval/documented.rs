//! docs/matching.md says what the program prints, and what it says of our rankings is true.

use std::sync::LazyLock;

use eval::{Plan, Report, evaluate, page};

const PAGE: &str = include_str!("../../../docs/matching.md");

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let plan = Plan {
        ablation: true,
        ..Plan::default()
    };
    evaluate(plan, &mut |_, _| ())
});

#[test]
fn the_page_has_the_figures_that_the_program_prints() {
    assert!(
        page::with_figures(PAGE, &REPORT).as_deref() == Some(PAGE),
        "run: cargo run -- eval matching --ablation --page docs/matching.md"
    );
}

#[test]
fn both_engines_beat_every_baseline_clearly_at_both_cutoffs() {
    assert_eq!(REPORT.differences.len(), 6);
    for line in &REPORT.differences {
        for difference in [line.ndcg_3, line.ndcg_10] {
            assert!(difference.low > 0.0, "{}: {difference:?}", line.name);
        }
    }
}

#[test]
fn the_ideal_is_one_and_luck_keeps_everybody_from_it() {
    let ndcg_10 = |name: &str| {
        let line = REPORT.rankings.iter().find(|line| line.name == name);
        line.unwrap().ndcg_10.mean
    };
    assert_eq!(ndcg_10("ideal"), 1.0);
    assert!((0.8..0.99).contains(&ndcg_10("all but luck known")));
}

#[test]
fn every_grade_occurs_and_the_best_is_rare() {
    let [wrong, fair, good, perfect] = REPORT.grades;
    assert_eq!(wrong + fair + good + perfect, REPORT.candidates);
    assert!(wrong > fair && fair > good && good > perfect);
    let share_of_perfect = REPORT.candidates / perfect;
    assert!(
        (5..=30).contains(&share_of_perfect),
        "one of {share_of_perfect}"
    );
}
