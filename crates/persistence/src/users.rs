//! Accounts.

use chrono::{DateTime, Utc};
use domain::account::Role;
use domain::language::Language;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{QueryOrder, QuerySelect};

use crate::{Reader, StoreError, Stored, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Normalised: see `domain::account::Email`.
    pub email: String,
    /// None: this account cannot sign in.
    pub password_hash: Option<String>,
    pub role: Stored<Role>,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub time_zone: String,
    pub locale: Stored<Language>,
    pub is_verified: bool,
    pub notification_seq: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as User;

/// Adds an account unless its e-mail is known; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_known(tx: &Tx, user: User) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, user).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<User>, StoreError> {
    let user = Entity::find_by_id(id)
        .filter(Column::DeletedAt.is_null())
        .one(&reader.executor())
        .await?;
    Ok(user)
}

/// # Errors
/// The database failed.
pub async fn find_by_email(reader: &impl Reader, email: &str) -> Result<Option<User>, StoreError> {
    let user = Entity::find()
        .filter(Column::Email.eq(email))
        .filter(Column::DeletedAt.is_null())
        .one(&reader.executor())
        .await?;
    Ok(user)
}

/// One of the e-mails that is an account's, if any is.
///
/// # Errors
/// The database failed.
pub async fn find_any_email<'a>(
    reader: &impl Reader,
    emails: impl Iterator<Item = &'a str>,
) -> Result<Option<String>, StoreError> {
    const AT_ONCE: usize = 1_000;
    let mut emails = emails.peekable();
    while emails.peek().is_some() {
        let some: Vec<&str> = emails.by_ref().take(AT_ONCE).collect();
        let taken = Entity::find()
            .select_only()
            .column(Column::Email)
            .filter(Column::Email.is_in(some))
            .into_tuple()
            .one(&reader.executor())
            .await?;
        if taken.is_some() {
            return Ok(taken);
        }
    }
    Ok(None)
}

/// # Errors
/// The database failed.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<User>, StoreError> {
    let user = Entity::find_by_id(id)
        .filter(Column::DeletedAt.is_null())
        .lock_exclusive()
        .one(&tx.executor())
        .await?;
    Ok(user)
}

/// Keeps users from being changed or erased until the transaction ends. What refers to a user and is
/// written behind another lock needs that first, so that locks are taken in one order.
///
/// # Errors
/// The database failed.
pub async fn keep(tx: &Tx, ids: impl IntoIterator<Item = Uuid>) -> Result<(), StoreError> {
    let _: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(ids))
        .order_by_asc(Column::Id)
        .lock(LockType::KeyShare)
        .into_tuple()
        .all(&tx.executor())
        .await?;
    Ok(())
}

/// As [`keep`] for one user; tells whether they are there and not erased.
///
/// # Errors
/// The database failed.
pub async fn keep_live(tx: &Tx, id: Uuid) -> Result<bool, StoreError> {
    let found: Option<Uuid> = Entity::find_by_id(id)
        .select_only()
        .column(Column::Id)
        .filter(Column::DeletedAt.is_null())
        .lock(LockType::KeyShare)
        .into_tuple()
        .one(&tx.executor())
        .await?;
    Ok(found.is_some())
}

/// Those of the ids that exist, in no order.
///
/// # Errors
/// The database failed.
pub async fn list_by_ids(reader: &impl Reader, ids: Vec<Uuid>) -> Result<Vec<User>, StoreError> {
    let users = Entity::find()
        .filter(Column::Id.is_in(ids))
        .all(&reader.executor())
        .await?;
    Ok(users)
}

/// The oldest account of a role that a seed made: what the demo signs in as.
///
/// # Errors
/// The database failed.
pub async fn find_seeded(reader: &impl Reader, role: Role) -> Result<Option<User>, StoreError> {
    let user = Entity::find()
        .filter(Column::Role.eq(Stored(role)))
        .filter(Column::SeedRunId.is_not_null())
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .one(&reader.executor())
        .await?;
    Ok(user)
}

/// Writes back an account that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, mut user: User) -> Result<User, StoreError> {
    user.version += 1;
    user.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, user.clone()).await?;
    Ok(user)
}
