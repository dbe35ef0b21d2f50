//! The ledger: double entry, append only, each thing booked once.

use chrono::{DateTime, Utc};
use domain::money::Money;
use domain::payment::LedgerAccount;
use domain::text_enum::TextEnum;
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::{Reader, StoreError, Tx};

/// One transaction of the ledger; its entries sum to zero.
#[derive(Debug, Clone)]
pub struct LedgerTransaction<'a> {
    pub payment_id: Uuid,
    /// `payment`, `release`, `refund` …
    pub kind: &'static str,
    /// What it is about: kind and reference together are booked once.
    pub reference: &'a str,
    /// When it happened, which may be long before it is booked.
    pub at: DateTime<Utc>,
    pub entries: &'a [(LedgerAccount, Money)],
}

/// Books a transaction unless it is booked already.
///
/// # Errors
/// The entries do not sum to zero, or the database failed.
pub async fn post(tx: &Tx, transaction: &LedgerTransaction<'_>) -> Result<(), StoreError> {
    let sum: i64 = transaction
        .entries
        .iter()
        .map(|(_, money)| money.minor)
        .sum();
    if sum != 0 {
        return Err(StoreError::Corrupt(format!(
            "ledger transaction {} {} is out of balance by {sum}",
            transaction.kind, transaction.reference
        )));
    }
    let executor = tx.executor();
    let backend = executor.get_database_backend();
    let id = tx.new_id();
    let added = executor
        .execute_raw(Statement::from_sql_and_values(
            backend,
            "INSERT INTO ledger_transactions (id, payment_id, kind, reference, at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            [
                id.into(),
                transaction.payment_id.into(),
                transaction.kind.into(),
                transaction.reference.into(),
                transaction.at.into(),
                tx.now().into(),
            ],
        ))
        .await?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    for (account, money) in transaction.entries.iter().filter(|(_, m)| m.minor != 0) {
        executor
            .execute_raw(Statement::from_sql_and_values(
                backend,
                "INSERT INTO ledger_entries (transaction_id, account, amount_minor, currency) \
                 VALUES ($1, $2, $3, $4)",
                [
                    id.into(),
                    account.as_str().into(),
                    money.minor.into(),
                    money.currency.code().into(),
                ],
            ))
            .await?;
    }
    Ok(())
}

/// The balance of every account that has entries.
///
/// # Errors
/// The database failed.
pub async fn balances(reader: &impl Reader) -> Result<Vec<(String, i64)>, StoreError> {
    let executor = reader.executor();
    let rows = executor
        .query_all_raw(Statement::from_string(
            executor.get_database_backend(),
            "SELECT account, CAST(SUM(amount_minor) AS bigint) AS balance \
             FROM ledger_entries GROUP BY account ORDER BY account",
        ))
        .await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.try_get::<String>("", "account")?,
                row.try_get::<i64>("", "balance")?,
            ))
        })
        .collect()
}
