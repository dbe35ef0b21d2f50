//! The schema: up, down and up again is the same, and what it lists is what the code knows.

use std::collections::BTreeMap;

use persistence::{Db, DbConfig, Patience, Reader, execute_for_tests, schema_for_tests};

use crate::support::TestDatabase;

#[actix_web::test]
async fn up_down_up_gives_equal_schemas() {
    let database = TestDatabase::empty().await;
    let connection = database.db.connection();
    migration::up(connection).await.unwrap();
    let first = schema_for_tests(&database.db).await.unwrap();
    assert!(first.len() > 100, "only {} parts", first.len());
    let steps = migration::status(connection).await.unwrap();
    migration::down(connection, u32::try_from(steps.len()).unwrap())
        .await
        .unwrap();
    let empty = schema_for_tests(&database.db).await.unwrap();
    let left: Vec<_> = empty
        .iter()
        .filter(|part| !part.contains("seaql_migrations"))
        .collect();
    assert!(left.is_empty(), "left over: {left:?}");
    migration::up(connection).await.unwrap();
    assert_eq!(schema_for_tests(&database.db).await.unwrap(), first);
}

#[actix_web::test]
async fn a_second_migration_waits_for_the_first_for_longer_than_for_a_lock() {
    let patience = Patience {
        lock: std::time::Duration::from_millis(1),
        ..Patience::SERVING
    };
    let database = TestDatabase::empty_with(patience).await;
    if !database.db.is_postgres() {
        return;
    }
    let config = DbConfig {
        url: database.url().to_owned(),
        max_connections: 1,
        schema: None,
    };
    // Its only connection keeps the lock.
    let first = Db::connect(&config).await.unwrap();
    let run = async |sql| execute_for_tests(&first, sql).await.unwrap();
    run("SELECT pg_advisory_lock(7236541)").await;
    let mut second = Box::pin(migration::up(database.db.connection()));
    for _ in 0..50 {
        tokio::select! {
            biased;
            ended = &mut second => panic!("it did not wait: {ended:?}"),
            _ = run("SELECT 1") => {}
        }
    }
    run("SELECT pg_advisory_unlock(7236541)").await;
    second.await.unwrap();
}

#[actix_web::test]
async fn every_enum_has_the_values_of_its_check_list() {
    use domain::text_enum::TextEnum;
    let database = TestDatabase::new().await;
    let schema = schema_for_tests(&database.db).await.unwrap().join("\n");
    let expected: BTreeMap<&str, Vec<String>> = BTreeMap::from([
        ("ck_users_role", domain::account::Role::texts()),
        ("ck_users_locale", domain::language::Language::texts()),
        (
            "ck_sessions_ended_because",
            persistence::sessions::EndedBecause::texts(),
        ),
        ("ck_orders_status", domain::order::OrderStatus::texts()),
        (
            "ck_applications_status",
            domain::application::ApplicationStatus::texts(),
        ),
        (
            "ck_bookings_status",
            domain::booking::BookingStatus::texts(),
        ),
        (
            "ck_bookings_cancelled_by",
            domain::booking::CancelledBy::texts(),
        ),
        ("ck_payments_type", domain::payment::PaymentType::texts()),
        (
            "ck_payments_status",
            domain::payment::PaymentStatus::texts(),
        ),
        (
            "ck_stripe_webhook_events_outcome",
            domain::payment::EventOutcome::texts(),
        ),
        (
            "ck_stripe_webhook_events_reason",
            domain::settlement::ParkReason::texts(),
        ),
        (
            "ck_ledger_entries_account",
            domain::payment::LedgerAccount::texts(),
        ),
        (
            "ck_outbox_type",
            persistence::outbox::NotificationType::texts(),
        ),
        (
            "ck_one_time_tokens_purpose",
            persistence::one_time_tokens::TokenPurpose::texts(),
        ),
        ("ck_jobs_state", persistence::jobs::JobState::texts()),
        (
            "ck_order_matches_engine",
            services::matching::Engine::texts(),
        ),
    ]);
    for (constraint, texts) in expected {
        let at = schema
            .find(&format!("{constraint} "))
            .unwrap_or_else(|| panic!("no {constraint}"));
        // The list ends with the constraint: at the line's end, or at the next constraint.
        let rest = &schema[at + constraint.len()..];
        let end = rest
            .find("CONSTRAINT")
            .or_else(|| rest.find('\n'))
            .unwrap_or(rest.len());
        let listed: Vec<&str> = rest[..end].split('\'').skip(1).step_by(2).collect();
        assert_eq!(listed, texts, "{constraint}");
    }
}
