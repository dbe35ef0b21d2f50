//! Loading a fixture: one transaction, told in the order of time.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use persistence::seed_runs::{self, SeedRun};
use persistence::{Actor, Db, Scope, Tx, write};
use uuid::Uuid;

use crate::error::SeedError;
use crate::fixture::Fixture;
use crate::teller::Teller;
use crate::{history, references};

/// What a run has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    pub seed_run_id: Uuid,
    pub tutors: usize,
    pub students: usize,
    pub orders: usize,
    /// Those that were cancelled too.
    pub bookings: usize,
    pub reviews: usize,
}

/// Loads a fixture, all of it or nothing. `source` says where it came from, `today` is the UTC day
/// that its day 0 stands for, and everything in it must have happened by `now`. `on_progress` is
/// told how many steps of how many are done; it begins anew if the transaction is tried again.
///
/// # Errors
/// The first entry that a rule refuses, or the database failed.
pub async fn load(
    db: &Db,
    fixture: &Fixture,
    source: &str,
    today: NaiveDate,
    now: DateTime<Utc>,
    on_progress: impl FnMut(usize, usize),
) -> Result<Loaded, SeedError> {
    references::check(fixture)?;
    let steps = history::steps(fixture, today, now)?;
    let scope = Scope {
        seed_run_id: Some(Uuid::now_v7()),
        ..Scope::new(now, Actor::Seed)
    };
    // `write` may run its work again, so it takes no closure that changes what it holds.
    let on_progress = Mutex::new(on_progress);
    write(db, &scope, async |tx: &mut Tx| {
        let mut teller = Teller::new(begin_run(tx, source).await?, today);
        for (i, step) in steps.iter().enumerate() {
            let told = teller.tell(tx, step).await;
            told.map_err(|source| SeedError {
                entry: step.entry.clone(),
                source,
            })?;
            let mut on_progress = on_progress.lock().unwrap_or_else(PoisonError::into_inner);
            (*on_progress)(i + 1, steps.len());
        }
        tx.move_to(now, Actor::Seed);
        teller.finish(tx).await
    })
    .await
}

async fn begin_run(tx: &Tx, source: &str) -> Result<Uuid, SeedError> {
    let id = tx.seed_run_id().unwrap_or_else(|| tx.new_id());
    let run = SeedRun {
        id,
        source: source.to_owned(),
        created_at: tx.now(),
    };
    seed_runs::insert(tx, run).await?;
    Ok(id)
}
