//! Runs of the seed: everything that a seed makes carries its run.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, PaginatorTrait};

use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seed_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as SeedRun;

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, run: SeedRun) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, run).await
}

/// How many seeds have been loaded.
///
/// # Errors
/// The database failed.
pub async fn count(reader: &impl Reader) -> Result<u64, StoreError> {
    Ok(Entity::find().count(&reader.executor()).await?)
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<SeedRun>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// What clearing took away, and what it left because real people have a part in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    pub accounts: u64,
    pub orders: u64,
    pub kept_accounts: u64,
    pub kept_orders: u64,
}

/// The orders that somebody has a part in whom no seed made.
const SHARED_ORDERS: &str = "SELECT o.id FROM orders o JOIN users u ON u.id = o.student_id \
     WHERE u.seed_run_id IS NULL \
     UNION SELECT a.order_id FROM applications a JOIN tutor_profiles p ON p.id = a.tutor_id \
     JOIN users u ON u.id = p.user_id WHERE u.seed_run_id IS NULL";

/// The accounts of a seed that nothing keeps: no order that is left, no favourite of a real user.
const FREE_USERS: &str = "SELECT id FROM users WHERE seed_run_id IS NOT NULL \
     AND id NOT IN (SELECT student_id FROM orders) \
     AND id NOT IN (SELECT p.user_id FROM tutor_profiles p JOIN applications a ON a.tutor_id = p.id) \
     AND id NOT IN (SELECT p.user_id FROM tutor_profiles p JOIN favourites f ON f.tutor_id = p.id \
         JOIN users u ON u.id = f.user_id WHERE u.seed_run_id IS NULL)";

/// Removes what seeds have made, and what their accounts have done since. A deal in which a real
/// person has a part stays whole, with everybody in it; nothing that is a real person's goes.
///
/// # Errors
/// The database failed.
pub async fn clear(tx: &Tx) -> Result<Cleared, StoreError> {
    if tx.is_postgres() {
        // Who has a part in what must not change between two statements.
        run(
            tx,
            "LOCK TABLE users, orders, applications, favourites IN SHARE ROW EXCLUSIVE MODE",
        )
        .await?;
    }
    let removable = format!("id NOT IN ({SHARED_ORDERS})");
    let orders = format!("order_id IN (SELECT id FROM orders WHERE {removable})");
    let bookings = format!("booking_id IN (SELECT id FROM bookings WHERE {orders})");
    delete(tx, "tutor_reviews", &bookings).await?;
    delete_payments(tx, &bookings).await?;
    delete(tx, "payouts", &bookings).await?;
    delete(tx, "bookings", &orders).await?;
    delete(tx, "applications", &orders).await?;
    let orders = delete(tx, "orders", &removable).await?;
    let free = format!("user_id IN ({FREE_USERS})");
    delete_payments(tx, &free).await?;
    delete(tx, "stripe_customers", &free).await?;
    delete(tx, "tutor_profiles", &free).await?;
    let accounts = delete(tx, "users", &format!("id IN ({FREE_USERS})")).await?;
    for sql in AFTERWARDS {
        run(tx, sql).await?;
    }
    let kept = async |table: &str| {
        let sql = format!("SELECT count(*) FROM {table} WHERE seed_run_id IS NOT NULL");
        crate::inspect::integer(tx, &sql)
            .await
            .map(i64::unsigned_abs)
    };
    Ok(Cleared {
        accounts,
        orders,
        kept_accounts: kept("users").await?,
        kept_orders: kept("orders").await?,
    })
}

/// Removes the payments that a condition names, with all that is booked of them.
async fn delete_payments(tx: &Tx, condition: &str) -> Result<(), StoreError> {
    let payments = format!("SELECT id FROM payments WHERE {condition}");
    // What told of them goes with them, also of what was paid after the seed; see AFTERWARDS.
    let claimed = format!("claimed_payment_id IN ({payments})");
    let of_claimed = |what: &str| {
        format!(
            "{what} IN (SELECT {what} FROM stripe_facts WHERE {claimed} AND {what} IS NOT NULL)"
        )
    };
    let of_payments = |what: &str| {
        format!("{what} IN (SELECT {what} FROM payments WHERE {condition} AND {what} IS NOT NULL)")
    };
    let told = format!(
        "SELECT event_id FROM stripe_facts WHERE {claimed} OR {} OR {} OR {} OR {}",
        of_claimed("invoice_id"),
        of_claimed("subscription_id"),
        of_payments("subscription_id"),
        of_payments("payment_intent_id"),
    );
    let any_run = "SELECT id FROM seed_runs LIMIT 1";
    run(
        tx,
        &format!(
            "UPDATE stripe_webhook_events SET seed_run_id = ({any_run}) \
             WHERE seed_run_id IS NULL AND event_id IN ({told})"
        ),
    )
    .await?;
    let of_payments = format!("payment_id IN ({payments})");
    let booked = format!("SELECT id FROM ledger_transactions WHERE {of_payments}");
    delete(
        tx,
        "ledger_entries",
        &format!("transaction_id IN ({booked})"),
    )
    .await?;
    delete(tx, "ledger_transactions", &of_payments).await?;
    delete(tx, "refunds", &of_payments).await?;
    // Renewals refer to the payment that they go back to.
    delete(tx, "payments", &format!("first_payment_id IN ({payments})")).await?;
    delete(tx, "payments", condition).await?;
    Ok(())
}

async fn delete(tx: &Tx, table: &str, condition: &str) -> Result<u64, StoreError> {
    run(tx, &format!("DELETE FROM {table} WHERE {condition}")).await
}

/// What is left of the removed, and the ratings of those who stay.
const AFTERWARDS: [&str; 5] = [
    "DELETE FROM stripe_facts WHERE \
     (claimed_payment_id IS NULL OR claimed_payment_id NOT IN (SELECT id FROM payments)) \
     AND event_id IN (SELECT event_id FROM stripe_webhook_events WHERE seed_run_id IS NOT NULL)",
    "DELETE FROM stripe_webhook_events WHERE seed_run_id IS NOT NULL \
     AND event_id NOT IN (SELECT event_id FROM stripe_facts)",
    "UPDATE tutor_profiles SET version = version + 1, \
     rating_count = (SELECT count(*) FROM tutor_reviews r WHERE r.tutor_id = tutor_profiles.id), \
     rating_sum = (SELECT coalesce(sum(r.rating), 0) FROM tutor_reviews r WHERE r.tutor_id = tutor_profiles.id), \
     rating_milli = (SELECT coalesce((CAST(sum(r.rating) AS bigint) * 1000 + count(*) / 2) / nullif(count(*), 0), 0) \
         FROM tutor_reviews r WHERE r.tutor_id = tutor_profiles.id) \
     WHERE rating_count <> (SELECT count(*) FROM tutor_reviews r WHERE r.tutor_id = tutor_profiles.id)",
    "DELETE FROM audit_events WHERE seed_run_id IS NOT NULL",
    "DELETE FROM seed_runs WHERE id NOT IN (\
     SELECT seed_run_id FROM users WHERE seed_run_id IS NOT NULL \
     UNION SELECT seed_run_id FROM tutor_profiles WHERE seed_run_id IS NOT NULL \
     UNION SELECT seed_run_id FROM orders WHERE seed_run_id IS NOT NULL \
     UNION SELECT seed_run_id FROM applications WHERE seed_run_id IS NOT NULL \
     UNION SELECT seed_run_id FROM bookings WHERE seed_run_id IS NOT NULL \
     UNION SELECT seed_run_id FROM tutor_reviews WHERE seed_run_id IS NOT NULL \
     UNION SELECT seed_run_id FROM payments WHERE seed_run_id IS NOT NULL \
     UNION SELECT seed_run_id FROM stripe_webhook_events WHERE seed_run_id IS NOT NULL)",
];

async fn run(tx: &Tx, sql: &str) -> Result<u64, StoreError> {
    let done = tx.executor().execute_unprepared(sql).await?;
    Ok(done.rows_affected())
}
