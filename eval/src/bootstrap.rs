//! How sure a mean is: the percentile bootstrap (Efron, 1979) over orders.

use serde::Serialize;

use crate::dice::{Dice, Purpose};

const RESAMPLES: usize = 1_000;
/// 2.5 % of the resamples lie below the interval, and as many above.
const BELOW: usize = RESAMPLES / 40;

/// A mean over orders with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

/// The same draws of orders for every figure, so that differences are of the same orders.
pub(crate) struct Bootstrap {
    draws: Vec<Vec<usize>>,
}

impl Bootstrap {
    pub(crate) fn new(seed: u64, orders: usize) -> Self {
        let mut dice = Dice::new(seed, Purpose::Bootstrap);
        let draws = (0..RESAMPLES)
            .map(|_| (0..orders).map(|_| dice.below(orders)).collect())
            .collect();
        Self { draws }
    }

    /// Of one value an order; nothing of no orders.
    pub(crate) fn estimate(&self, values: &[f64]) -> Estimate {
        let mut means: Vec<f64> = self
            .draws
            .iter()
            .map(|draw| mean(draw.iter().filter_map(|place| values.get(*place)).copied()))
            .collect();
        means.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| means.get(place).copied().unwrap_or_default();
        Estimate {
            mean: mean(values.iter().copied()),
            low: at(BELOW),
            high: at(RESAMPLES - 1 - BELOW),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_to_either_side() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let Estimate { mean, low, high } = Bootstrap::new(7, 400).estimate(&values);
        assert_eq!(mean, 0.5);
        // The standard error is 0.5 / √400.
        assert!((low - 0.451).abs() < 0.008, "{low}");
        assert!((high - 0.549).abs() < 0.008, "{high}");
    }

    #[test]
    fn what_is_always_alike_is_sure() {
        let Estimate { mean, low, high } = Bootstrap::new(7, 50).estimate(&[0.25; 50]);
        assert_eq!([mean, low, high], [0.25; 3]);
    }

    #[test]
    fn no_orders_give_no_number_that_is_none() {
        let estimate = Bootstrap::new(7, 0).estimate(&[]);
        assert_eq!([estimate.mean, estimate.low, estimate.high], [0.0; 3]);
    }
}
