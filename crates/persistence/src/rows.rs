//! Whole rows in and out: what every aggregate does alike.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, Order, QueryFilter,
};

use crate::{Reader, StoreError, Tx};

/// Adds a row that cannot collide with another.
pub(crate) async fn insert<A, M>(tx: &Tx, row: M) -> Result<(), StoreError>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
{
    A::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(&tx.executor())
        .await?;
    Ok(())
}

/// The most values that one statement carries: SQLite takes 32,766.
const MAX_VALUES: usize = 30_000;
/// Longer statements are no faster.
const MAX_ROWS: usize = 500;

/// Adds rows that cannot collide with others, in as few statements as can carry them.
pub(crate) async fn insert_many<A, M>(
    tx: &Tx,
    rows: impl IntoIterator<Item = M>,
) -> Result<(), StoreError>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
    let at_once = (MAX_VALUES / columns).clamp(1, MAX_ROWS);
    let mut rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all())
        .peekable();
    while rows.peek().is_some() {
        A::Entity::insert_many(rows.by_ref().take(at_once))
            .exec_without_returning(&tx.executor())
            .await?;
    }
    Ok(())
}

/// Deletes the oldest rows, those whose time is this or before, so many at most; tells how many.
pub(crate) async fn delete_until<E>(
    tx: &Tx,
    (id, time): (E::Column, E::Column),
    until: DateTime<Utc>,
    limit: u64,
) -> Result<u64, StoreError>
where
    E: EntityTrait,
{
    let old = Query::select()
        .column(id)
        .from(E::default())
        .and_where(time.lte(until))
        .order_by(time, Order::Asc)
        .limit(limit)
        .to_owned();
    let deleted = E::delete_many()
        .filter(id.in_subquery(old))
        .exec(&tx.executor())
        .await?;
    Ok(deleted.rows_affected)
}

/// Adds a row unless a constraint says that it is there already; tells whether it was added.
/// Inside a transaction a conflict is met in this way and never by catching a violation, which
/// would abort the transaction on PostgreSQL. A parallel insert of the same row is waited for.
pub(crate) async fn insert_unless_there<A, M>(tx: &Tx, row: M) -> Result<bool, StoreError>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
{
    let added = A::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.executor())
        .await?;
    Ok(added == 1)
}

/// Writes a row back whole. The caller holds its lock and has read it under that lock.
pub(crate) async fn update<A, M>(tx: &Tx, row: M) -> Result<(), StoreError>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    A::Entity::update(row.into_active_model().reset_all())
        .exec(&tx.executor())
        .await?;
    Ok(())
}
