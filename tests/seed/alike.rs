//! A market is the same however it is written, and whenever.

use chrono::NaiveTime;

use super::dump::{dump, dump_with_ids};
use super::{plan, write};
use crate::support::TestDatabase;

/// What is written at once is what the use cases would have left behind, had each step gone
/// through them: nothing that they refuse, and every row the same.
#[actix_web::test]
async fn a_market_written_at_once_is_the_one_that_the_use_cases_make() {
    for (seed, as_of) in [(7, "2026-11-23"), (1, "2026-03-30"), (2, "2024-02-29")] {
        let mut plan = plan(50, 60, seed);
        plan.as_of = as_of.parse().unwrap();
        let at_once = TestDatabase::new().await;
        write(&at_once, plan).await;
        let told = TestDatabase::new().await;
        let now = plan.as_of.and_time(NaiveTime::MIN).and_utc();
        let fixture = seed::generate(plan);
        seed::load(&told.db, &fixture, "told", plan.as_of, now, |_, _| {})
            .await
            .unwrap();
        let (at_once, told) = (dump(&at_once.db).await, dump(&told.db).await);
        assert!(told.len() > 700, "{}", told.len());
        for (written, expected) in at_once.iter().zip(&told) {
            assert_eq!(written, expected, "seed {seed}");
        }
        assert_eq!(at_once.len(), told.len(), "seed {seed}");
    }
}

#[actix_web::test]
async fn equal_arguments_give_equal_rows() {
    let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
    write(&one, plan(60, 40, 3)).await;
    write(&other, plan(60, 40, 3)).await;
    assert_eq!(dump_with_ids(&one.db).await, dump_with_ids(&other.db).await);
}

#[actix_web::test]
async fn another_seed_gives_another_market_beside_the_first() {
    let database = TestDatabase::new().await;
    write(&database, plan(60, 40, 3)).await;
    let first = dump(&database.db).await;
    write(&database, plan(60, 40, 4)).await;
    let both = dump(&database.db).await;
    assert!(first.iter().all(|line| both.contains(line)));
    assert_eq!(super::count(&database, "users").await, 2 * (60 + 14));
}

#[actix_web::test]
async fn the_same_market_twice_is_refused_and_leaves_nothing() {
    let database = TestDatabase::new().await;
    write(&database, plan(20, 10, 3)).await;
    let before = dump_with_ids(&database.db).await;
    for again in [plan(20, 10, 3), plan(30, 5, 3)] {
        let refused = seed::write_market(&database.db, again, &Default::default(), |_, _| {})
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("take another seed"),
            "{refused}"
        );
    }
    assert_eq!(dump_with_ids(&database.db).await, before);
}
