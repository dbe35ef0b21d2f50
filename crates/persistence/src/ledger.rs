//! The ledger: double entry, append only, each thing booked once.

use chrono::{DateTime, Utc};
use domain::ledger::{Balances, LedgerKind};
use domain::money::Currency;
use domain::text_enum::TextEnum;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement};
use uuid::Uuid;

use crate::{Reader, Stamp, StoreError, Tx, rows};

/// The table of transactions.
pub(crate) mod transaction {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_transactions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub payment_id: Uuid,
        pub kind: String,
        pub reference: String,
        pub at: DateTime<Utc>,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table of their entries.
pub(crate) mod entry {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_entries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub transaction_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: String,
        pub amount_minor: i64,
        pub currency: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is booked at once; its entries sum to zero.
#[derive(Debug, Clone)]
pub struct Posting {
    pub payment_id: Uuid,
    pub kind: LedgerKind,
    /// What it is about: kind and reference together are booked once.
    pub reference: String,
    /// When it happened, which may be long before it is booked.
    pub at: DateTime<Utc>,
    pub currency: Currency,
    pub entries: Balances,
}

impl Posting {
    /// Its rows.
    ///
    /// # Errors
    /// The entries do not sum to zero.
    pub(crate) fn rows(
        &self,
        stamp: Stamp,
    ) -> Result<(transaction::Model, Vec<entry::Model>), StoreError> {
        let sum: i64 = self.entries.values().sum();
        if sum != 0 {
            return Err(StoreError::Corrupt(format!(
                "ledger transaction {} {} is out of balance by {sum}",
                self.kind, self.reference
            )));
        }
        let transaction = transaction::Model {
            id: stamp.id,
            payment_id: self.payment_id,
            kind: self.kind.as_str().to_owned(),
            reference: self.reference.clone(),
            at: self.at,
            created_at: stamp.at,
        };
        let entries = self.entries.iter().filter(|(_, minor)| **minor != 0);
        let entries = entries.map(|(account, minor)| entry::Model {
            transaction_id: stamp.id,
            account: account.as_str().to_owned(),
            amount_minor: *minor,
            currency: self.currency.code().to_owned(),
        });
        Ok((transaction, entries.collect()))
    }
}

/// Books something unless it is booked already.
///
/// # Errors
/// The entries do not sum to zero, or the database failed.
pub async fn post(tx: &Tx, posting: &Posting) -> Result<(), StoreError> {
    let (transaction, entries) = posting.rows(tx.stamp())?;
    if rows::insert_unless_there::<transaction::ActiveModel, _>(tx, transaction).await? {
        rows::insert_many::<entry::ActiveModel, _>(tx, entries).await?;
    }
    Ok(())
}

/// A transaction that is booked, with its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    pub id: Uuid,
    pub payment_id: Uuid,
    pub kind: String,
    pub at: DateTime<Utc>,
    /// By account, in minor units.
    pub entries: Vec<(String, i64)>,
    pub currency: String,
}

/// What is booked of some payments, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_payments(
    reader: &impl Reader,
    payment_ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Booked>, StoreError> {
    let transactions = transaction::Entity::find()
        .filter(transaction::Column::PaymentId.is_in(payment_ids))
        .order_by_asc(transaction::Column::At)
        .order_by_asc(transaction::Column::Id)
        .all(&reader.executor())
        .await?;
    let ids: Vec<Uuid> = transactions
        .iter()
        .map(|transaction| transaction.id)
        .collect();
    let entries = entry::Entity::find()
        .filter(entry::Column::TransactionId.is_in(ids))
        .order_by_asc(entry::Column::Account)
        .all(&reader.executor())
        .await?;
    let booked = transactions.into_iter().map(|transaction| {
        let its = entries
            .iter()
            .filter(|entry| entry.transaction_id == transaction.id);
        let its: Vec<&entry::Model> = its.collect();
        Booked {
            id: transaction.id,
            payment_id: transaction.payment_id,
            kind: transaction.kind,
            at: transaction.at,
            currency: its
                .first()
                .map(|entry| entry.currency.clone())
                .unwrap_or_default(),
            entries: its
                .iter()
                .map(|entry| (entry.account.clone(), entry.amount_minor))
                .collect(),
        }
    });
    Ok(booked.collect())
}

/// Ids of transactions that don't sum to zero, and of payments whose balances aren't those of
/// their rows: a hundred at most. There are none unless somebody wrote past the ledger's code.
///
/// # Errors
/// The database failed.
pub async fn list_faults(reader: &impl Reader) -> Result<Vec<String>, StoreError> {
    let executor = reader.executor();
    let mut faults = Vec::new();
    for (what, sql) in FAULTS {
        let rows = executor
            .query_all_raw(Statement::from_string(executor.get_database_backend(), sql))
            .await?;
        for row in rows {
            let id: Uuid = row.try_get("", "id")?;
            faults.push(format!("{what} {id}"));
        }
    }
    Ok(faults)
}

const FAULTS: [(&str, &str); 6] = [
    (
        "out of balance: transaction",
        "SELECT t.id FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.transaction_id = t.id \
         GROUP BY t.id HAVING COALESCE(SUM(e.amount_minor), 0) <> 0 OR COUNT(e.account) < 2 LIMIT 100",
    ),
    (
        "paid and not booked, or booked and not paid: payment",
        "SELECT p.id FROM payments p WHERE (p.paid_at IS NOT NULL) <> EXISTS (SELECT 1 FROM \
         ledger_transactions t WHERE t.payment_id = p.id AND t.kind = 'payment') LIMIT 100",
    ),
    (
        "given back and not booked so, or the reverse: payment",
        "SELECT p.id FROM payments p WHERE p.paid_at IS NOT NULL AND p.refunded_minor + p.lost_minor <> \
         (SELECT COALESCE(SUM(e.amount_minor), 0) FROM ledger_transactions t JOIN ledger_entries e \
         ON e.transaction_id = t.id WHERE t.payment_id = p.id AND e.account = 'refund') LIMIT 100",
    ),
    (
        "still held, and neither a lesson to come nor a refund on its way: payment",
        "SELECT p.id FROM payments p JOIN bookings b ON b.id = p.booking_id \
         WHERE b.status IN ('completed', 'cancelled', 'expired', 'refunded') AND p.paid_at IS NOT NULL \
         AND (SELECT COALESCE(SUM(e.amount_minor), 0) FROM ledger_transactions t JOIN ledger_entries e \
         ON e.transaction_id = t.id WHERE t.payment_id = p.id AND e.account = 'escrow') <> 0 \
         AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = p.id AND r.status <> 'failed') LIMIT 100",
    ),
    (
        "owed to its tutor otherwise than booked: booking",
        "SELECT o.booking_id AS id FROM payouts o WHERE o.status = 'owed' AND o.amount_minor <> \
         (SELECT COALESCE(SUM(e.amount_minor), 0) FROM payments p JOIN ledger_transactions t ON t.payment_id = p.id \
         JOIN ledger_entries e ON e.transaction_id = t.id WHERE p.booking_id = o.booking_id AND e.account = 'tutor') LIMIT 100",
    ),
    (
        "disputed and not booked so, or the reverse: payment",
        "SELECT p.id FROM payments p WHERE p.paid_at IS NOT NULL AND p.disputed_minor <> \
         (SELECT COALESCE(SUM(e.amount_minor), 0) FROM ledger_transactions t JOIN ledger_entries e \
         ON e.transaction_id = t.id WHERE t.payment_id = p.id AND e.account = 'disputed') LIMIT 100",
    ),
];

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
