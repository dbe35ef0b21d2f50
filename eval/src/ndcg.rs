//! Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002): how much of what could be
//! gained in the first places a ranking gains, the first place counting most.

use uuid::Uuid;

use crate::judged::Judged;

/// Of the candidates ranked by `score`, the best first and of equals the lower id, as
/// `domain::matching` does it. None where nobody suits: then every ranking is as good.
#[must_use]
pub fn ndcg(candidates: &[Judged], cutoff: usize, score: impl Fn(&Judged) -> f64) -> Option<f64> {
    let mut ranked: Vec<(f64, Uuid, u8)> = candidates
        .iter()
        .map(|c| (score(c), c.tutor_id, c.gain))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let gained = discounted(ranked.iter().map(|(_, _, gain)| f64::from(*gain)), cutoff);
    normalised(gained, candidates, cutoff)
}

/// What a ranking by chance gains on average: in every place the mean gain.
#[must_use]
pub fn expected_by_chance(candidates: &[Judged], cutoff: usize) -> Option<f64> {
    let sum: f64 = candidates.iter().map(|c| f64::from(c.gain)).sum();
    let mean = sum / f64::from(u32::try_from(candidates.len()).unwrap_or(u32::MAX));
    normalised(
        discounted(candidates.iter().map(|_| mean), cutoff),
        candidates,
        cutoff,
    )
}

fn normalised(gained: f64, candidates: &[Judged], cutoff: usize) -> Option<f64> {
    let mut gains: Vec<u8> = candidates.iter().map(|c| c.gain).collect();
    gains.sort_unstable_by(|a, b| b.cmp(a));
    let best = discounted(gains.into_iter().map(f64::from), cutoff);
    (best > 0.0).then(|| gained / best)
}

fn discounted(gains: impl Iterator<Item = f64>, cutoff: usize) -> f64 {
    let discounts = (2_u32..).map(|place| f64::from(place).log2());
    gains
        .zip(discounts)
        .take(cutoff)
        .map(|(gain, discount)| gain / discount)
        .sum()
}

#[cfg(test)]
mod tests {
    use domain::matching::Contributions;

    use super::*;

    /// Candidates with these gains, scored in the order in which they stand.
    fn candidates(gains: &[u8]) -> Vec<Judged> {
        let judged = |(id, gain): (u128, &u8)| Judged {
            tutor_id: Uuid::from_u128(id),
            gain: *gain,
            expected_success: 0.0,
            old_platform: 0.0,
            by_rating: 0.0,
            rules: Contributions::default(),
            semantic: Contributions::default(),
            cosine: 0.0,
        };
        (0..).zip(gains).map(judged).collect()
    }

    fn in_their_order(gains: &[u8], cutoff: usize) -> Option<f64> {
        ndcg(&candidates(gains), cutoff, |_| 0.0)
    }

    #[test]
    fn the_best_order_is_worth_one_and_the_worst_less() {
        assert_eq!(in_their_order(&[7, 3, 1, 0], 3), Some(1.0));
        assert!(in_their_order(&[0, 1, 3, 7], 3).unwrap() < 0.5);
        let turned = ndcg(&candidates(&[0, 1, 3, 7]), 3, |c| f64::from(c.gain));
        assert_eq!(turned, Some(1.0));
    }

    #[test]
    fn it_is_the_sum_of_discounted_gains_over_the_best_sum() {
        // By hand: places 1, 2, 3 are divided by log2 of 2, 3, 4, which are 1, 1.58496 and 2.
        let gained = 3.0 + 7.0 / 1.584_962_5 + 0.0;
        let best = 7.0 + 3.0 / 1.584_962_5 + 1.0 / 2.0;
        let found = in_their_order(&[3, 7, 0, 1], 3).unwrap();
        assert!((found - gained / best).abs() < 1e-6, "{found}");
    }

    #[test]
    fn what_stands_below_the_cutoff_counts_for_nothing() {
        assert_eq!(in_their_order(&[0, 0, 0, 7], 3), Some(0.0));
        assert!(in_their_order(&[0, 0, 0, 7], 4).unwrap() > 0.0);
    }

    #[test]
    fn an_order_that_nobody_suits_is_not_judged() {
        assert_eq!(in_their_order(&[0, 0], 3), None);
        assert_eq!(in_their_order(&[], 3), None);
        assert_eq!(expected_by_chance(&candidates(&[]), 3), None);
    }

    #[test]
    fn chance_gains_the_mean_of_all_orders() {
        let gains = [
            [7, 0, 1],
            [7, 1, 0],
            [0, 7, 1],
            [0, 1, 7],
            [1, 0, 7],
            [1, 7, 0],
        ];
        let sum: f64 = gains
            .iter()
            .filter_map(|order| in_their_order(order, 2))
            .sum();
        let expected = expected_by_chance(&candidates(&[7, 0, 1]), 2).unwrap();
        assert!((sum / 6.0 - expected).abs() < 1e-9);
    }
}
