//! Chance that repeats itself: a portable generator, seeded by a number.

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Of one seed, each stream is independent of the others.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// One of them; a list of words is never empty.
    #[expect(
        clippy::indexing_slicing,
        reason = "the number is below the length, and no list of words is empty"
    )]
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.0.random_range(0..from.len())]
    }

    /// One of them, each as likely as its weight.
    pub(super) fn pick_weighted<'a, T>(&mut self, from: &'a [T], weight: fn(&T) -> u32) -> &'a T {
        let mut left = self.0.random_range(0..from.iter().map(weight).sum::<u32>());
        from.iter()
            .find(|candidate| match left.checked_sub(weight(candidate)) {
                Some(rest) => {
                    left = rest;
                    false
                }
                None => true,
            })
            .unwrap_or_else(|| self.pick(from))
    }

    pub(super) fn percent(&mut self, chance: u32) -> bool {
        self.0.random_range(0..100) < chance
    }

    /// Both ends included; the lower one if they are the wrong way round.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }
}
