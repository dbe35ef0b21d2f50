//! Made-up markets: what is in them, and that they can be taken away again.

mod alike;
mod clear;
mod dump;
mod promises;

use persistence::integer_for_tests;
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
