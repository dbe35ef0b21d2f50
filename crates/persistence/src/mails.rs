//! Letters that wait to be sent: which template and which token, and never an address or a secret,
//! which are looked up when the letter is written.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait, QueryOrder, QuerySelect};

use crate::{Json, Reader, StoreError, Stored, Tx, rows};

domain::text_enum! {
    /// What a letter is about.
    MailTemplate { VerifyEmail = "verify_email", ResetPassword = "reset_password" }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub template: Stored<MailTemplate>,
    /// Ids alone.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    /// How often it was handed over.
    pub attempts: i64,
    /// Why it was not taken the last time, in words of our own.
    pub last_error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Mail;

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, mail: Mail) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, mail).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<Mail>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// Writes down how a letter was handed over: taken if there is no error.
///
/// # Errors
/// The database failed.
pub async fn note_attempt(tx: &Tx, id: Uuid, error: Option<&str>) -> Result<(), StoreError> {
    let sent_at = error.is_none().then(|| tx.now());
    Entity::update_many()
        .col_expr(Column::SentAt, Expr::value(sent_at))
        .col_expr(Column::LastError, Expr::value(error))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(id))
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Takes a letter back that has nothing to say any more.
///
/// # Errors
/// The database failed.
pub async fn delete(tx: &Tx, id: Uuid) -> Result<(), StoreError> {
    Entity::delete_by_id(id).exec(&tx.executor()).await?;
    Ok(())
}

/// Letters that nobody has tried to send yet, the oldest first, so many at most.
///
/// # Errors
/// The database failed.
pub async fn list_untried(reader: &impl Reader, limit: u64) -> Result<Vec<Uuid>, StoreError> {
    let waiting = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::SentAt.is_null())
        .filter(Column::Attempts.eq(0))
        .order_by_asc(Column::CreatedAt)
        .limit(limit)
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(waiting)
}

/// Deletes letters of a time or before, sent or not, so many at most; tells how many.
///
/// # Errors
/// The database failed.
pub async fn delete_until(tx: &Tx, until: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    rows::delete_until::<Entity>(tx, (Column::Id, Column::CreatedAt), until, limit).await
}
