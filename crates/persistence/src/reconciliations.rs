//! Each time that Stripe's list of events was compared with ours: from where the next one goes on.

use chrono::{DateTime, Utc};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stripe_reconciliations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub since: DateTime<Utc>,
    pub listed_until: DateTime<Utc>,
    pub listed: i64,
    /// How many of them had never arrived.
    pub missing: i64,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Reconciliation;

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, row: Reconciliation) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, row).await
}

/// The one that came furthest.
///
/// # Errors
/// The database failed.
pub async fn find_last(reader: &impl Reader) -> Result<Option<Reconciliation>, StoreError> {
    let last = Entity::find()
        .order_by_desc(Column::ListedUntil)
        .one(&reader.executor())
        .await?;
    Ok(last)
}
