//! Whole rows in and out: what every aggregate does alike.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

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

/// Adds rows in one statement.
pub(crate) async fn insert_many<A, M>(
    tx: &Tx,
    rows: impl IntoIterator<Item = M>,
) -> Result<(), StoreError>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
{
    let rows: Vec<A> = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all())
        .collect();
    if !rows.is_empty() {
        A::Entity::insert_many(rows)
            .exec_without_returning(&tx.executor())
            .await?;
    }
    Ok(())
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
