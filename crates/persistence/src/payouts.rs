//! What is owed to tutors for lessons, one row a booking, until it is paid out.

use chrono::{DateTime, Utc};
use domain::payout::PayoutStatus;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use crate::{Page, PageRequest, Reader, StoreError, Stored, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payouts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tutor_id: Uuid,
    pub booking_id: Uuid,
    pub amount_minor: i64,
    pub currency: String,
    pub status: Stored<PayoutStatus>,
    pub due_at: DateTime<Utc>,
    pub paid_at: Option<DateTime<Utc>>,
    /// The export that it left in.
    pub export_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Payout;

/// Owes a payout unless it is owed already.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, payout: Payout) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, payout).await
}

/// The payout of a booking, locked.
///
/// # Errors
/// The database failed.
pub async fn lock_of_booking(tx: &Tx, booking_id: Uuid) -> Result<Option<Payout>, StoreError> {
    let payout = Entity::find()
        .filter(Column::BookingId.eq(booking_id))
        .lock_exclusive()
        .one(&tx.executor())
        .await?;
    Ok(payout)
}

/// Every payout that is owed and due, locked, oldest first. Two exports at once: the second waits
/// and finds none left.
///
/// # Errors
/// The database failed.
pub async fn lock_due(tx: &Tx) -> Result<Vec<Payout>, StoreError> {
    let due = Entity::find()
        .filter(Column::Status.eq(Stored(PayoutStatus::Owed)))
        .filter(Column::DueAt.lte(tx.now()))
        .filter(Column::AmountMinor.gt(0))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(&tx.executor())
        .await?;
    // Read before the lock was had, a row may have left with another export.
    Ok(due
        .into_iter()
        .filter(|payout| *payout.status == PayoutStatus::Owed)
        .collect())
}

/// What left with an export, locked, in its order.
///
/// # Errors
/// The database failed.
pub async fn lock_of_export(tx: &Tx, export_id: Uuid) -> Result<Vec<Payout>, StoreError> {
    let payouts = Entity::find()
        .filter(Column::ExportId.eq(export_id))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(&tx.executor())
        .await?;
    Ok(payouts)
}

/// A list that was given to whoever pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub export_id: Uuid,
    pub count: i64,
    pub total_minor: i64,
    pub exported_at: DateTime<Utc>,
    /// Whether all of it is paid.
    pub is_paid: bool,
}

/// The lists made so far, newest first: a hundred at most.
///
/// # Errors
/// The database failed.
pub async fn list_exports(reader: &impl Reader) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<(Uuid, i64, i64, DateTime<Utc>, i64)> = Entity::find()
        .select_only()
        .column(Column::ExportId)
        .expr(Expr::cust("COUNT(*)"))
        .expr(Expr::cust("CAST(SUM(amount_minor) AS bigint)"))
        .expr(Expr::cust("MIN(updated_at)"))
        .expr(Expr::cust("COUNT(paid_at)"))
        .filter(Column::ExportId.is_not_null())
        .group_by(Column::ExportId)
        .order_by_desc(Column::ExportId)
        .limit(100)
        .into_tuple()
        .all(&reader.executor())
        .await?;
    let listed =
        rows.into_iter().map(
            |(export_id, count, total_minor, exported_at, paid)| Listed {
                export_id,
                count,
                total_minor,
                exported_at,
                is_paid: paid == count,
            },
        );
    Ok(listed.collect())
}

/// A tutor's payouts, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_tutor(
    reader: &impl Reader,
    tutor_id: Uuid,
    request: &PageRequest,
) -> Result<Page<Payout>, StoreError> {
    let select = Entity::find().filter(Column::TutorId.eq(tutor_id));
    keyset::newest_first!(select, reader, request)
}

/// How much of a tutor's is in which state, and how much of what is owed is due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub owed: i64,
    /// Part of `owed`.
    pub due: i64,
    pub exported: i64,
    pub paid: i64,
}

/// # Errors
/// The database failed.
pub async fn totals_of_tutor(
    reader: &impl Reader,
    tutor_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Totals, StoreError> {
    let mut totals = Totals::default();
    for (is_due, column) in [(false, None), (true, Some(Column::DueAt.lte(now)))] {
        let mut select = Entity::find()
            .select_only()
            .column(Column::Status)
            .expr(Expr::cust("CAST(SUM(amount_minor) AS bigint)"))
            .filter(Column::TutorId.eq(tutor_id))
            .group_by(Column::Status);
        if let Some(due) = column {
            select = select.filter(due);
        }
        let sums: Vec<(Stored<PayoutStatus>, i64)> =
            select.into_tuple().all(&reader.executor()).await?;
        for (status, sum) in sums {
            match (*status, is_due) {
                (PayoutStatus::Owed, true) => totals.due = sum,
                (PayoutStatus::Owed, false) => totals.owed = sum,
                (PayoutStatus::Exported, false) => totals.exported = sum,
                (PayoutStatus::Paid, false) => totals.paid = sum,
                _ => {}
            }
        }
    }
    Ok(totals)
}

/// Writes back a payout that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, mut payout: Payout) -> Result<(), StoreError> {
    payout.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, payout).await
}
