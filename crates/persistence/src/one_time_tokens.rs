//! Tokens that are good for one use: hashes only.

use chrono::{DateTime, Utc};
use sea_orm::PaginatorTrait;
use sea_orm::entity::prelude::*;

use crate::{Reader, StoreError, Stored, Tx, rows};

domain::text_enum! {
    /// What a token is good for.
    TokenPurpose {
        VerifyEmail = "verify_email",
        ResetPassword = "reset_password",
        Realtime = "realtime",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub purpose: Stored<TokenPurpose>,
    pub token_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// When it was used, or a newer one took its place.
    pub used_at: Option<DateTime<Utc>>,
    /// Which secret derives it, if it can be derived again.
    pub kid: Option<String>,
    pub nonce: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as OneTimeToken;

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, token: OneTimeToken) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, token).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<OneTimeToken>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// A token that can be used.
///
/// # Errors
/// The database failed.
pub async fn find_live(
    reader: &impl Reader,
    purpose: TokenPurpose,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<OneTimeToken>, StoreError> {
    let token = Entity::find()
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .filter(Column::Purpose.eq(Stored(purpose)))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .one(&reader.executor())
        .await?;
    Ok(token)
}

/// How many tokens somebody was given for a purpose after a time.
///
/// # Errors
/// The database failed.
pub async fn count_since(
    reader: &impl Reader,
    user_id: Uuid,
    purpose: TokenPurpose,
    since: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let count = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Purpose.eq(Stored(purpose)))
        .filter(Column::CreatedAt.gt(since))
        .count(&reader.executor())
        .await?;
    Ok(count)
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

/// Ends what somebody could still use for a purpose.
///
/// # Errors
/// The database failed.
pub async fn end_live(tx: &Tx, user_id: Uuid, purpose: TokenPurpose) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(tx.now()))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Purpose.eq(Stored(purpose)))
        .filter(Column::UsedAt.is_null())
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Deletes tokens that were over at a time or before, so many at most; tells how many.
///
/// # Errors
/// The database failed.
pub async fn delete_until(tx: &Tx, until: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    rows::delete_until::<Entity>(tx, (Column::Id, Column::ExpiresAt), until, limit).await
}
