//! Ids that come from the seed, and sort by their time like all others.

use chrono::{DateTime, Utc};
use persistence::Stamp;
use rand::RngCore;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use uuid::{Builder, Uuid};

pub(super) struct Ids {
    rng: ChaCha8Rng,
    seed_run_id: Uuid,
}

impl Ids {
    /// `began` is the time of the run itself.
    pub(super) fn new(seed: [u8; 32], began: DateTime<Utc>) -> Self {
        let mut rng = ChaCha8Rng::from_seed(seed);
        let seed_run_id = version_7(&mut rng, began);
        Self { rng, seed_run_id }
    }

    pub(super) fn seed_run_id(&self) -> Uuid {
        self.seed_run_id
    }

    pub(super) fn stamp(&mut self, at: DateTime<Utc>) -> Stamp {
        Stamp {
            id: version_7(&mut self.rng, at),
            at,
            seed_run_id: Some(self.seed_run_id),
        }
    }
}

fn version_7(rng: &mut ChaCha8Rng, at: DateTime<Utc>) -> Uuid {
    let mut noise = [0; 10];
    rng.fill_bytes(&mut noise);
    let millis = at.timestamp_millis().max(0).unsigned_abs();
    Builder::from_unix_timestamp_millis(millis, &noise).into_uuid()
}
