//! What people have agreed to, in which version of the text.

use chrono::{DateTime, Utc};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub kind: String,
    pub text_version: String,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Consent;

/// What somebody has agreed to, the first first.
///
/// # Errors
/// The database failed.
pub async fn list_of_user(reader: &impl Reader, user_id: Uuid) -> Result<Vec<Consent>, StoreError> {
    let consents = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(consents)
}

/// Notes a consent, once for each text.
///
/// # Errors
/// The database failed.
pub async fn insert(
    tx: &Tx,
    user_id: Uuid,
    kind: &str,
    text_version: &str,
) -> Result<(), StoreError> {
    let row = Model {
        id: tx.new_id(),
        user_id,
        kind: kind.to_owned(),
        text_version: text_version.to_owned(),
        at: tx.now(),
    };
    rows::insert_unless_there::<ActiveModel, _>(tx, row).await?;
    Ok(())
}
