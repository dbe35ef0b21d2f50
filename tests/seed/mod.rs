//! Made-up markets: what is in them, and that they can be taken away again.

mod alike;
mod clear;
mod dump;
mod promises;

use persistence::{Db, integer_for_tests};
use seed::{MarketPlan, WriteOptions, Written};

use crate::support::TestDatabase;

fn plan(tutors: usize, orders: usize, seed: u64) -> MarketPlan {
    MarketPlan {
        tutors,
        orders,
        seed,
        as_of: "2026-11-23".parse().unwrap(),
    }
}

async fn write(database: &TestDatabase, plan: MarketPlan) -> Written {
    let options = WriteOptions::default();
    seed::write_market(&database.db, plan, &options, |_, _| {})
        .await
        .unwrap()
}

async fn count(database: &TestDatabase, what: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {what}");
    integer_for_tests(&database.db, &sql).await.unwrap()
}

/// How many tutors have a rating that their reviews don't give.
async fn wrong_ratings(db: &Db) -> i64 {
    let sql = "SELECT count(*) FROM tutor_profiles p LEFT JOIN \
         (SELECT tutor_id, CAST(sum(rating) AS bigint) AS stars, count(*) AS reviews \
         FROM tutor_reviews GROUP BY tutor_id) r ON r.tutor_id = p.id \
         WHERE p.rating_sum <> coalesce(r.stars, 0) OR p.rating_count <> coalesce(r.reviews, 0) \
         OR p.rating_milli <> coalesce((r.stars * 1000 + r.reviews / 2) / r.reviews, 0)";
    integer_for_tests(db, sql).await.unwrap()
}
