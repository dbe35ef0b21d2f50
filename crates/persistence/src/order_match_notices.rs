//! Which tutors have been told that an order suits them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_match_notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub tutor_id: Uuid,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes that a tutor is told of an order; tells whether this is the first time.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(
    tx: &Tx,
    order_id: Uuid,
    tutor_id: Uuid,
) -> Result<bool, StoreError> {
    let row = Model {
        order_id,
        tutor_id,
        created_at: tx.now(),
    };
    rows::insert_unless_there::<ActiveModel, _>(tx, row).await
}
