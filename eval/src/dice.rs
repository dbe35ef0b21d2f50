//! Chance that repeats itself on every machine: a portable generator, seeded by a number.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) struct Dice(ChaCha8Rng);

/// What chance is asked for; the throws of one purpose don't move those of another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Tutors,
    Orders,
    Luck,
    Bootstrap,
}

impl Dice {
    pub(crate) fn new(seed: u64, purpose: Purpose) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(match purpose {
            Purpose::Tutors => 0,
            Purpose::Orders => 1,
            Purpose::Luck => 2,
            Purpose::Bootstrap => 3,
        });
        Self(rng)
    }

    /// One of them.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *self.one(from)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the number is below the length, and no list of ours is empty"
    )]
    fn one<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of them, each as likely as its weight.
    pub(crate) fn pick_weighted<'a, T>(&mut self, from: &'a [(T, u32)]) -> &'a T {
        let total: u32 = from.iter().map(|(_, weight)| weight).sum();
        let mut left = self.0.random_range(0..total.max(1));
        for (one, weight) in from {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return one,
            }
        }
        &self.one(from).0
    }

    /// So many of them, each at most once, in any order.
    pub(crate) fn some<'a, T>(&mut self, from: &'a [T], count: usize) -> Vec<&'a T> {
        let mut all: Vec<&T> = from.iter().collect();
        self.shuffle(&mut all);
        all.truncate(count);
        all
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    pub(crate) fn percent(&mut self, chance: u32) -> bool {
        self.0.random_range(0..100) < chance
    }

    /// Both ends included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        self.0.random_range(low..=high.max(low))
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }

    /// From `low` to `high`, each as likely.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// 0 on average, mostly between −1 and 1, never beyond 6: twelve throws added up, which every
    /// machine does alike, while a true normal distribution takes logarithms.
    pub(crate) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    pub(crate) fn number(&mut self) -> u128 {
        self.0.random()
    }

    fn unit(&mut self) -> f64 {
        self.0.random()
    }
}
