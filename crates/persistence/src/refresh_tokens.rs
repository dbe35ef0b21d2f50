//! Refresh tokens: hashes only; each is used once and has at most one successor.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: Uuid,
    pub token_hash: Vec<u8>,
    /// Which secret derived it.
    pub kid: String,
    pub nonce: Vec<u8>,
    pub parent_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as RefreshToken;

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, token: RefreshToken) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, token).await
}

/// # Errors
/// The database failed.
pub async fn find_by_hash(
    reader: &impl Reader,
    token_hash: &[u8],
) -> Result<Option<RefreshToken>, StoreError> {
    let token = Entity::find()
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .one(&reader.executor())
        .await?;
    Ok(token)
}

/// # Errors
/// The database failed.
pub async fn find_successor(
    reader: &impl Reader,
    parent_id: Uuid,
) -> Result<Option<RefreshToken>, StoreError> {
    let token = Entity::find()
        .filter(Column::ParentId.eq(parent_id))
        .one(&reader.executor())
        .await?;
    Ok(token)
}

/// Uses a token up; tells whether this was the first use. Of parallel ones one wins.
///
/// # Errors
/// The database failed.
pub async fn consume(tx: &Tx, id: Uuid) -> Result<bool, StoreError> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .exec(&tx.executor())
        .await?;
    Ok(used.rows_affected == 1)
}
