//! The schema, up and down, on SQLite and on PostgreSQL.
//!
//! Each step is one SQL file with a few type names left open (`{id}`, `{time}` …), because what
//! guards the data here (CHECK lists, partial unique indexes, exclusion constraints) is what a
//! portable schema builder cannot say, and because two hand-kept copies would drift apart. What
//! only one database has stands in a file of its own beside it.

use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, TransactionTrait,
};

mod catalogue;
mod step;

use step::Step;

pub use sea_orm_migration::{MigrationStatus, MigrationTrait};

/// All steps, oldest first. A step that has been released never changes.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Step {
                name: "m20261123_000001_accounts",
                up: include_str!("schema/accounts.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: "",
                down_postgres: "",
                down_sqlite: "",
                tables: &[
                    "seed_runs",
                    "users",
                    "sessions",
                    "refresh_tokens",
                    "one_time_tokens",
                    "sign_in_failures",
                    "consents",
                ],
            }),
            Box::new(Step {
                name: "m20261123_000002_tutors",
                up: include_str!("schema/tutors.sql"),
                up_postgres: include_str!("schema/tutors.postgres.sql"),
                up_sqlite: include_str!("schema/tutors.sqlite.sql"),
                down: "",
                down_postgres: "",
                down_sqlite: "",
                tables: &[
                    "subjects",
                    "tutor_profiles",
                    "tutor_subjects",
                    "tutor_hours",
                    "tutor_documents",
                    "favourites",
                    "tutor_search",
                    "tutor_embeddings",
                    "embedding_cache",
                ],
            }),
            Box::new(Step {
                name: "m20261123_000003_orders",
                up: include_str!("schema/orders.sql"),
                up_postgres: include_str!("schema/orders.postgres.sql"),
                up_sqlite: include_str!("schema/orders.sqlite.sql"),
                down: "",
                down_postgres: "",
                down_sqlite: "",
                tables: &[
                    "orders",
                    "applications",
                    "bookings",
                    "tutor_reviews",
                    "order_matches",
                ],
            }),
            Box::new(Step {
                name: "m20261123_000004_payments",
                up: include_str!("schema/payments.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: "",
                down_postgres: "",
                down_sqlite: "",
                tables: &[
                    "stripe_customers",
                    "payments",
                    "stripe_webhook_events",
                    "stripe_webhook_failures",
                    "stripe_facts",
                    "refunds",
                    "ledger_transactions",
                    "ledger_entries",
                    "payouts",
                ],
            }),
            Box::new(Step {
                name: "m20261123_000005_platform",
                up: include_str!("schema/platform.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: "",
                down_postgres: "",
                down_sqlite: "",
                tables: &[
                    "audit_events",
                    "outbox",
                    "notifications",
                    "mails",
                    "jobs",
                    "idempotency_keys",
                ],
            }),
            Box::new(catalogue::Catalogue),
            Box::new(Step {
                name: "m20261123_000007_reversals",
                up: include_str!("schema/reversals.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: include_str!("schema/reversals.down.sql"),
                down_postgres: "",
                down_sqlite: "",
                tables: &["stripe_reconciliations"],
            }),
            Box::new(Step {
                name: "m20261123_000008_embeddings",
                up: concat!(
                    include_str!("schema/embeddings.sql"),
                    include_str!("schema/candidates.sql"),
                ),
                up_postgres: concat!(
                    include_str!("schema/embeddings.postgres.sql"),
                    include_str!("schema/candidates.postgres.sql"),
                ),
                up_sqlite: include_str!("schema/candidates.sqlite.sql"),
                down: include_str!("schema/embeddings.down.sql"),
                down_postgres: include_str!("schema/candidates.down.postgres.sql"),
                down_sqlite: include_str!("schema/candidates.down.sqlite.sql"),
                tables: &["tutor_candidates"],
            }),
            Box::new(Step {
                name: "m20261123_000009_background_matching",
                up: include_str!("schema/background_matching.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: include_str!("schema/background_matching.down.sql"),
                down_postgres: "",
                down_sqlite: "",
                tables: &["order_match_notices"],
            }),
            Box::new(Step {
                name: "m20261123_000010_audit_trail",
                up: include_str!("schema/audit_trail.sql"),
                up_postgres: include_str!("schema/audit_trail.postgres.sql"),
                up_sqlite: include_str!("schema/audit_trail.sqlite.sql"),
                down: include_str!("schema/audit_trail.down.sql"),
                down_postgres: include_str!("schema/audit_trail.down.postgres.sql"),
                down_sqlite: include_str!("schema/audit_trail.down.sqlite.sql"),
                tables: &[],
            }),
            Box::new(Step {
                name: "m20261123_000011_mailed_tokens",
                up: include_str!("schema/mailed_tokens.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: include_str!("schema/mailed_tokens.down.sql"),
                down_postgres: "",
                down_sqlite: "",
                tables: &[],
            }),
            Box::new(Step {
                name: "m20261123_000012_candidate_versions",
                up: include_str!("schema/candidate_versions.sql"),
                up_postgres: concat!(
                    include_str!("schema/candidates.down.postgres.sql"),
                    include_str!("schema/candidate_versions.postgres.sql"),
                ),
                up_sqlite: concat!(
                    include_str!("schema/candidates.down.sqlite.sql"),
                    include_str!("schema/candidate_versions.sqlite.sql"),
                ),
                down: include_str!("schema/candidate_versions.down.sql"),
                down_postgres: concat!(
                    include_str!("schema/candidates.down.postgres.sql"),
                    include_str!("schema/candidates.postgres.sql"),
                ),
                down_sqlite: concat!(
                    include_str!("schema/candidates.down.sqlite.sql"),
                    include_str!("schema/candidates.sqlite.sql"),
                ),
                tables: &[],
            }),
            Box::new(Step {
                name: "m20261123_000013_embeddings_by_subject",
                up: "",
                up_postgres: include_str!("schema/embeddings_by_subject.postgres.sql"),
                up_sqlite: "",
                down: "",
                down_postgres: include_str!("schema/embeddings_by_subject.down.postgres.sql"),
                down_sqlite: "",
                tables: &[],
            }),
            Box::new(Step {
                name: "m20261123_000014_relied_on_documents",
                up: include_str!("schema/relied_on_documents.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: include_str!("schema/relied_on_documents.down.sql"),
                down_postgres: "",
                down_sqlite: "",
                tables: &[],
            }),
            Box::new(Step {
                name: "m20261123_000015_gone_customers",
                up: include_str!("schema/gone_customers.sql"),
                up_postgres: "",
                up_sqlite: "",
                down: include_str!("schema/gone_customers.down.sql"),
                down_postgres: "",
                down_sqlite: "",
                tables: &[],
            }),
        ]
    }
}

/// Brings a database up to date. Two processes that start at once do not migrate at once: on
/// PostgreSQL the second waits for the first, on SQLite the write lock of the file does that.
///
/// # Errors
/// Any database error; the step that failed is rolled back.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            // A lock of the session would outlive a pooled connection's return to the pool; that
            // of a transaction is given up with it, whatever happens in between.
            let guard = db.begin().await?;
            guard
                .execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
                .await?;
            guard
                .execute_unprepared("SELECT pg_advisory_xact_lock(7236541)")
                .await?;
            Migrator::up(db, None).await?;
            guard.commit().await
        }
        _ => Migrator::up(db, None).await,
    }
}

/// Takes back the last `steps` steps.
///
/// # Errors
/// Any database error; the step that failed is rolled back.
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    Migrator::down(db, Some(steps)).await
}

/// Every step's name, and whether it has been applied.
///
/// # Errors
/// Any database error.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let steps = Migrator::get_migration_with_status_read_only(db).await?;
    Ok(steps
        .iter()
        .map(|step| {
            (
                step.name().to_owned(),
                step.status() == MigrationStatus::Applied,
            )
        })
        .collect())
}
