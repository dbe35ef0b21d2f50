//! The same seed is the same market, and another one another.

use eval::{Plan, Report, evaluate};

fn small(seed: u64) -> Report {
    let plan = Plan {
        seed,
        tutors: 120,
        orders: 40,
        ablation: true,
    };
    evaluate(plan, &mut |_, _| ())
}

/// What the rankings reach; the report's heading would differ by the seed's number alone.
fn means(report: &Report) -> Vec<f64> {
    let lines = report.rankings.iter().chain(&report.ablation);
    lines.map(|line| line.ndcg_10.mean).collect()
}

#[test]
fn equal_seeds_give_equal_reports() {
    assert_eq!(small(7).to_markdown(), small(7).to_markdown());
}

#[test]
fn another_seed_is_another_market() {
    assert_ne!(means(&small(7)), means(&small(8)));
}

#[test]
fn progress_is_told_order_by_order() {
    let plan = Plan {
        tutors: 10,
        orders: 3,
        ..Plan::default()
    };
    let mut told = Vec::new();
    evaluate(plan, &mut |done, total| told.push((done, total)));
    assert_eq!(told, [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn a_market_without_tutors_has_a_report_of_nothing() {
    let plan = Plan {
        tutors: 0,
        orders: 5,
        seed: 1,
        ablation: true,
    };
    let report = evaluate(plan, &mut |_, _| ());
    assert_eq!(report.judged_orders, 0);
    assert!(report.to_markdown().contains("| random "));
}
