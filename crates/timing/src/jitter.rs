//! Chance in the pauses, so that those who failed together don't come back together.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Full jitter: any pause up to a ceiling is as likely as any other.
#[derive(Debug)]
pub struct Jitter(Mutex<ChaCha8Rng>);

impl Jitter {
    /// One that nobody can foresee.
    #[must_use]
    pub fn random() -> Self {
        Self(Mutex::new(ChaCha8Rng::from_os_rng()))
    }

    /// The same pauses for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }

    /// A pause of whole milliseconds, the ceiling included.
    pub(crate) fn up_to(&self, ceiling: Duration) -> Duration {
        let most = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
        let mut random = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_millis(random.random_range(0..=most))
    }
}
