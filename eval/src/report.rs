//! The figures of an evaluation.

use serde::Serialize;

use crate::bootstrap::{Bootstrap, Estimate};
use crate::judged::{JudgedOrder, judge};
use crate::ndcg::{expected_by_chance, ndcg};
use crate::rankings::{ALL_BUT_LUCK, BY_RATING, FEATURES, IDEAL, OLD_PLATFORM, RULES, SEMANTIC};
use crate::{CUTOFFS, Plan};

/// All that is measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    #[serde(flatten)]
    pub plan: Plan,
    /// Orders with at least one candidate who suits; the others can't be ranked well or badly.
    pub judged_orders: usize,
    /// Candidates of those orders, all together.
    pub candidates: usize,
    /// How many of the candidates have grade 0, 1, 2 and 3.
    pub grades: [usize; 4],
    pub rankings: Vec<Line>,
    /// Ours less a baseline, order by order.
    pub differences: Vec<Line>,
    /// Ours without a feature less ours with all.
    pub ablation: Vec<Line>,
}

/// One ranking, or the difference of two.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub name: String,
    pub ndcg_3: Estimate,
    pub ndcg_10: Estimate,
}

/// One value an order, at each cutoff.
type Values = [Vec<f64>; 2];

/// Makes up a market and measures every ranking. Equal plans give equal reports.
pub fn evaluate(plan: Plan, progress: &mut dyn FnMut(usize, usize)) -> Report {
    let orders: Vec<JudgedOrder> = judge(plan, progress)
        .into_iter()
        .filter(|candidates| candidates.iter().any(|c| c.gain > 0))
        .collect();
    let bootstrap = Bootstrap::new(plan.seed, orders.len());
    let line = |name: String, [at_3, at_10]: &Values| Line {
        name,
        ndcg_3: bootstrap.estimate(at_3),
        ndcg_10: bootstrap.estimate(at_10),
    };
    let values = |score: fn(&crate::Judged) -> f64| {
        CUTOFFS.map(|cutoff| {
            orders
                .iter()
                .filter_map(|o| ndcg(o, cutoff, score))
                .collect()
        })
    };
    let random = CUTOFFS.map(|cutoff| {
        orders
            .iter()
            .filter_map(|o| expected_by_chance(o, cutoff))
            .collect()
    });
    let baselines: [(&str, Values); 3] = [
        ("random", random),
        (BY_RATING.0, values(BY_RATING.1)),
        (OLD_PLATFORM.0, values(OLD_PLATFORM.1)),
    ];
    let ours = [RULES, SEMANTIC].map(|(name, score)| (name, values(score)));
    let bounds = [ALL_BUT_LUCK, IDEAL].map(|(name, score)| (name, values(score)));
    let rankings = baselines.iter().chain(&ours).chain(&bounds);
    let differences = ours.iter().flat_map(|(our_name, our_values)| {
        let line = &line;
        baselines.iter().map(move |(name, theirs)| {
            line(format!("{our_name} − {name}"), &less(our_values, theirs))
        })
    });
    Report {
        plan,
        judged_orders: orders.len(),
        candidates: orders.iter().map(Vec::len).sum(),
        grades: [0, 1, 3, 7].map(|gain| orders.iter().flatten().filter(|c| c.gain == gain).count()),
        rankings: rankings
            .map(|(name, values)| line((*name).to_owned(), values))
            .collect(),
        differences: differences.collect(),
        ablation: if plan.ablation {
            ablation(&orders, &ours, &line)
        } else {
            Vec::new()
        },
    }
}

/// What each feature is worth: the figures without it less those with all.
fn ablation(
    orders: &[JudgedOrder],
    ours: &[(&str, Values); 2],
    line: &dyn Fn(String, &Values) -> Line,
) -> Vec<Line> {
    let [(rules, with_all_rules), (semantic, with_all_semantic)] = ours;
    let mut lines = Vec::new();
    for (feature, rest) in FEATURES {
        let values = |of: fn(&crate::Judged) -> &domain::matching::Contributions| {
            CUTOFFS.map(|cutoff| {
                orders
                    .iter()
                    .filter_map(|o| ndcg(o, cutoff, |c| rest(of(c))))
                    .collect()
            })
        };
        let without_rules: Values = values(|c| &c.rules);
        let without_semantic: Values = values(|c| &c.semantic);
        lines.push(line(
            format!("{rules} without {feature}"),
            &less(&without_rules, with_all_rules),
        ));
        lines.push(line(
            format!("{semantic} without {feature}"),
            &less(&without_semantic, with_all_semantic),
        ));
    }
    lines
}

fn less(mine: &Values, theirs: &Values) -> Values {
    let [mine_3, mine_10] = mine;
    let [theirs_3, theirs_10] = theirs;
    [(mine_3, theirs_3), (mine_10, theirs_10)]
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect())
}
