//! How each weight of the score lies: NDCG@10 with every weight moved a little, the others shrunk or
//! grown to make room for it, averaged over markets; and where the cosines lie.
//!
//! `cargo run --release -p eval --example weights [SEED...]`

#![expect(clippy::print_stdout, reason = "an example shows its result")]

use domain::matching::{
    AVAILABILITY_WEIGHT, Contributions, EXPERIENCE_WEIGHT, LOCATION_WEIGHT, PRICE_WEIGHT,
    RATING_WEIGHT, RELEVANCE_WEIGHT,
};
use eval::{Judged, JudgedOrder, Plan, judge, ndcg};

type Of = fn(&Judged) -> &Contributions;
type Part = fn(&Contributions) -> f64;

const FEATURES: [(&str, f64, Part); 6] = [
    ("relevance", RELEVANCE_WEIGHT, |c| c.relevance),
    ("price", PRICE_WEIGHT, |c| c.price),
    ("rating", RATING_WEIGHT, |c| c.rating),
    ("experience", EXPERIENCE_WEIGHT, |c| c.experience),
    ("availability", AVAILABILITY_WEIGHT, |c| c.availability),
    ("location", LOCATION_WEIGHT, |c| c.location),
];
const MOVES: [f64; 4] = [-0.10, -0.05, 0.05, 0.10];

fn main() {
    let mut seeds: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|s| s.parse().ok())
        .collect();
    if seeds.is_empty() {
        seeds = (1..=5).collect();
    }
    let markets: Vec<Vec<JudgedOrder>> = seeds
        .iter()
        .map(|&seed| {
            judge(
                Plan {
                    seed,
                    ..Plan::default()
                },
                &mut |_, _| (),
            )
        })
        .collect();
    let engines: [(&str, Of); 2] = [("rules", |c| &c.rules), ("semantic", |c| &c.semantic)];
    for (engine, of) in engines {
        let as_it_is = mean_ndcg(&markets, 10, |c| of(c).total());
        let at_3 = mean_ndcg(&markets, 3, |c| of(c).total());
        println!("{engine:12} NDCG@10 {as_it_is:.4}, NDCG@3 {at_3:.4}; moved by {MOVES:?}:");
        for (feature, weight, part) in FEATURES {
            let moved = MOVES.map(|by| {
                // The boost keeps its place; the others share what the moved weight leaves.
                let others = (0.95 - weight - by) / (0.95 - weight);
                let score = |c: &Judged| {
                    let all = of(c);
                    let part = part(all);
                    let rest = all.total() - all.premium_boost - part;
                    all.premium_boost + part * (weight + by) / weight + rest * others
                };
                mean_ndcg(&markets, 10, score) - as_it_is
            });
            let possible = MOVES.map(|by| weight + by >= -1e-9);
            let shown: Vec<String> = moved
                .iter()
                .zip(possible)
                .map(|(by, is)| {
                    if is {
                        format!("{by:+.4}")
                    } else {
                        "      —".to_owned()
                    }
                })
                .collect();
            println!("  {feature:12} {weight:.2}  {}", shown.join("  "));
        }
    }
    let mut cosines: Vec<f64> = markets
        .iter()
        .flatten()
        .flatten()
        .map(|c| c.cosine)
        .collect();
    cosines.sort_by(f64::total_cmp);
    for percent in [1, 25, 50, 75, 99] {
        let place = cosines.len().saturating_sub(1) * percent / 100;
        let cosine = cosines.get(place).copied().unwrap_or_default();
        println!("{percent:2} % of the cosines are below {cosine:.3}");
    }
}

fn mean_ndcg(markets: &[Vec<JudgedOrder>], cutoff: usize, score: impl Fn(&Judged) -> f64) -> f64 {
    let (sum, count) = markets
        .iter()
        .flatten()
        .filter_map(|order| ndcg(order, cutoff, &score))
        .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
