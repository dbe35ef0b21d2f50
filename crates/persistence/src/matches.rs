//! The last matches computed for each order.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ExprTrait, IntoActiveModel, Iterable};

use crate::{Json, Reader, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_matches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// The version of the order that was matched.
    pub order_version: i64,
    pub engine: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub degraded: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub matches: Json,
    pub elapsed_ms: i64,
    pub computed_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as OrderMatches;

/// Stores what was computed, in place of what was computed before; tells whether it did. It doesn't
/// if what is stored was computed of a newer version of the order.
///
/// # Errors
/// The database failed.
pub async fn put(tx: &Tx, matches: OrderMatches) -> Result<bool, StoreError> {
    let is_as_new = Expr::col((Entity, Column::OrderVersion))
        .lte(Expr::col(("excluded", Column::OrderVersion)));
    let stored = Entity::insert(matches.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(Column::OrderId)
                .update_columns(Column::iter())
                .action_and_where(is_as_new)
                .to_owned(),
        )
        .exec_without_returning(&tx.executor())
        .await?;
    Ok(stored == 1)
}

/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    order_id: Uuid,
) -> Result<Option<OrderMatches>, StoreError> {
    Ok(Entity::find_by_id(order_id).one(&reader.executor()).await?)
}
