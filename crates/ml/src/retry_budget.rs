//! How many retries there may be beside the calls: a provider that is ill is not asked thrice as
//! often as one that is well.

use std::sync::{Mutex, PoisonError};

/// Retries in a row that nobody has to earn.
const MOST: u32 = 10;
/// A first try earns one retry in so many.
const CALLS_PER_RETRY: u32 = 5;

/// Shared by all calls to one provider, counted in fifths of a retry.
#[derive(Debug)]
pub(crate) struct RetryBudget(Mutex<u32>);

impl RetryBudget {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(MOST * CALLS_PER_RETRY))
    }

    /// A call was begun.
    pub(crate) fn earn(&self) {
        self.change(|fifths| Some((fifths + 1).min(MOST * CALLS_PER_RETRY)));
    }

    /// Whether there may be another try.
    pub(crate) fn spend(&self) -> bool {
        self.change(|fifths| fifths.checked_sub(CALLS_PER_RETRY))
    }

    fn change(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let mut fifths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(*fifths);
        *fifths = changed.unwrap_or(*fifths);
        changed.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_retries_are_free_and_five_calls_earn_one_more() {
        let budget = RetryBudget::new();
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
        for _ in 0..4 {
            budget.earn();
        }
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend());
        assert!(!budget.spend());
    }

    #[test]
    fn no_more_than_ten_are_saved_up() {
        let budget = RetryBudget::new();
        (0..1_000).for_each(|_| budget.earn());
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
    }
}
