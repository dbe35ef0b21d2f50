//! Writing a market down at once: the fast way into a database, for fixtures that were made up.

use std::sync::{Mutex, PoisonError};

use persistence::market::{self, MarketRows};
use persistence::seed_runs::{self, Cleared, SeedRun};
use persistence::{Actor, Db, Scope, Tx, subjects, users, write};
use services::ServiceError;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::SeedError;
use crate::fixture::Fixture;
use crate::generate::{MarketPlan, generate};
use crate::load::Loaded;
use crate::scribe::{Beginning, Scribe};
use crate::{history, references};

/// How a made-up market is written.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// What the accounts sign in by; without it nobody can.
    pub password_hash: Option<String>,
    /// Whether all that seeds have made goes first.
    pub clear: bool,
}

/// What was written, and what was taken away first.
#[derive(Debug, Clone)]
pub struct Written {
    pub loaded: Loaded,
    pub cleared: Option<Cleared>,
    /// A student and a tutor to sign in as, if there are any.
    pub student_email: Option<String>,
    pub tutor_email: Option<String>,
}

/// Makes up a market and writes it down, all of it or nothing. `on_progress` is told how many rows
/// of how many are there.
///
/// # Errors
/// The same market is there already, an e-mail of it is somebody's, or the database failed.
pub async fn write_market(
    db: &Db,
    plan: MarketPlan,
    options: &WriteOptions,
    on_progress: impl FnMut(usize, usize),
) -> Result<Written, SeedError> {
    let fixture = generate(plan);
    references::check(&fixture)?;
    let now = plan.as_of.and_time(chrono::NaiveTime::MIN).and_utc();
    let steps = history::steps(&fixture, plan.as_of, now)?;
    let scope = Scope::new(now, Actor::Seed);
    // `write` may run its work again, so it takes no closure that changes what it holds.
    let on_progress = Mutex::new(on_progress);
    write(db, &scope, async |tx| {
        let cleared = if options.clear {
            Some(seed_runs::clear(tx).await?)
        } else {
            None
        };
        let mut scribe = Scribe::new(Beginning {
            today: plan.as_of,
            now,
            seed: fingerprint(plan),
            catalogue: subjects::list(tx).await?,
            password_hash: options.password_hash.clone(),
        });
        for step in &steps {
            scribe.write(step).map_err(|source| SeedError {
                entry: step.entry.clone(),
                source,
            })?;
        }
        let run = SeedRun {
            id: scribe.seed_run_id(),
            source: format!("generate --seed {}", plan.seed),
            created_at: now,
        };
        let seed_run_id = run.id;
        let market = scribe.finish();
        check_free(tx, &run, &market).await?;
        seed_runs::insert(tx, run).await?;
        let written = Written {
            loaded: loaded(seed_run_id, &fixture, &market),
            cleared,
            student_email: fixture
                .students
                .first()
                .map(|student| student.email.clone()),
            tutor_email: fixture.tutors.first().map(|tutor| tutor.email.clone()),
        };
        market::insert(tx, market, |done, total| {
            let mut on_progress = on_progress.lock().unwrap_or_else(PoisonError::into_inner);
            (*on_progress)(done, total);
        })
        .await?;
        Ok(written)
    })
    .await
}

/// What all ids of a market come from, so that no two markets share one.
fn fingerprint(plan: MarketPlan) -> [u8; 32] {
    let MarketPlan {
        tutors,
        orders,
        seed,
        as_of,
    } = plan;
    Sha256::digest(format!("{tutors} {orders} {seed} {as_of}")).into()
}

/// The salt of the password hash of a made-up market: the same market has the same.
#[must_use]
pub fn password_salt(plan: MarketPlan) -> [u8; 16] {
    let [salt @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = fingerprint(plan);
    salt
}

/// Whoever runs the same twice is told so, rather than shown a broken constraint.
async fn check_free(tx: &Tx, run: &SeedRun, market: &MarketRows) -> Result<(), SeedError> {
    let is_there = seed_runs::find(tx, run.id).await?.is_some();
    let taken = users::find_any_email(tx, market.users.iter().map(|user| user.email.as_str()));
    if is_there || taken.await?.is_some() {
        return Err(SeedError {
            entry: format!(
                "a market by {} (take another seed, or clear it)",
                run.source
            ),
            source: ServiceError::AlreadyExists,
        });
    }
    Ok(())
}

fn loaded(seed_run_id: Uuid, fixture: &Fixture, market: &MarketRows) -> Loaded {
    Loaded {
        seed_run_id,
        tutors: fixture.tutors.len(),
        students: fixture.students.len(),
        orders: fixture.orders.len(),
        bookings: market.bookings.len(),
        reviews: market.reviews.len(),
    }
}
