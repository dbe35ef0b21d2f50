//! Answers that a repeated request gets again.
//!
//! The key's row commits with the work, so a key without an answer is never seen by another
//! transaction: a parallel twin waits at the insert until the first has committed or rolled back.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ExprTrait, Order};

use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub fingerprint: Vec<u8>,
    pub status: Option<i64>,
    pub body: Option<String>,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as IdempotencyKey;

/// Takes a key, or gives the row of who took it before.
///
/// # Errors
/// The database failed; [`StoreError::Locked`] if a twin is still at work after the lock timeout.
pub async fn claim(
    tx: &Tx,
    user_id: Uuid,
    key: &str,
    fingerprint: &[u8],
) -> Result<Option<IdempotencyKey>, StoreError> {
    let row = Model {
        user_id,
        key: key.to_owned(),
        fingerprint: fingerprint.to_vec(),
        status: None,
        body: None,
        etag: None,
        location: None,
        created_at: tx.now(),
    };
    if rows::insert_unless_there::<ActiveModel, _>(tx, row).await? {
        return Ok(None);
    }
    find(tx, user_id, key).await
}

/// The answer that is stored under a key.
///
/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    user_id: Uuid,
    key: &str,
) -> Result<Option<IdempotencyKey>, StoreError> {
    Ok(Entity::find_by_id((user_id, key.to_owned()))
        .one(&reader.executor())
        .await?)
}

/// Stores the answer with the key.
///
/// # Errors
/// The database failed.
pub async fn answer(tx: &Tx, answered: IdempotencyKey) -> Result<(), StoreError> {
    rows::update::<ActiveModel, _>(tx, answered).await
}

/// Gives a key back that is older than its lifetime.
///
/// # Errors
/// The database failed.
pub async fn forget(tx: &Tx, user_id: Uuid, key: &str) -> Result<(), StoreError> {
    Entity::delete_by_id((user_id, key.to_owned()))
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Deletes keys that were answered at a time or before, the oldest first, so many at most; tells how
/// many.
///
/// # Errors
/// The database failed.
pub async fn delete_until(tx: &Tx, until: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    let old = Query::select()
        .columns([Column::UserId, Column::Key])
        .from(Entity)
        .and_where(Column::CreatedAt.lte(until))
        .order_by(Column::CreatedAt, Order::Asc)
        .limit(limit)
        .to_owned();
    let id = Expr::tuple([Expr::col(Column::UserId), Expr::col(Column::Key)]);
    let deleted = Entity::delete_many()
        .filter(id.in_subquery(old))
        .exec(&tx.executor())
        .await?;
    Ok(deleted.rows_affected)
}
