//! Wrong tries at signing in: keyed hashes only, because neither an e-mail that a stranger typed nor
//! where they were is ours to keep.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Statement};

use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_failures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_hash: Vec<u8>,
    pub address_hash: Vec<u8>,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as SignInFailure;

/// Waits for others that are counting the tries of an address, and keeps them waiting until the
/// transaction ends: no row stands for an address, so nothing else could be locked. SQLite's write
/// lock does the same.
///
/// # Errors
/// The database failed.
pub async fn hold_address(tx: &Tx, address_hash: &[u8]) -> Result<(), StoreError> {
    if !tx.is_postgres() {
        return Ok(());
    }
    // Two addresses that share these bits wait for each other in vain, and nothing worse.
    let key = address_hash.first_chunk().copied().unwrap_or_default();
    let lock = Statement::from_sql_and_values(
        sea_orm::DbBackend::Postgres,
        "SELECT pg_advisory_xact_lock($1)",
        [i64::from_be_bytes(key).into()],
    );
    tx.executor().execute_raw(lock).await?;
    Ok(())
}

/// The tries from an address after a time, the newest first, so many at most.
///
/// # Errors
/// The database failed.
pub async fn list_since(
    reader: &impl Reader,
    address_hash: &[u8],
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<SignInFailure>, StoreError> {
    let failures = Entity::find()
        .filter(Column::AddressHash.eq(address_hash.to_vec()))
        .filter(Column::At.gt(since))
        .order_by_desc(Column::At)
        .limit(limit)
        .all(&reader.executor())
        .await?;
    Ok(failures)
}

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, failure: SignInFailure) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, failure).await
}

/// Forgets the tries for an account from an address.
///
/// # Errors
/// The database failed.
pub async fn forget(tx: &Tx, account_hash: &[u8], address_hash: &[u8]) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::AccountHash.eq(account_hash.to_vec()))
        .filter(Column::AddressHash.eq(address_hash.to_vec()))
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Deletes tries of a time or before, so many at most; tells how many.
///
/// # Errors
/// The database failed.
pub async fn delete_until(tx: &Tx, until: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    rows::delete_until::<Entity>(tx, (Column::Id, Column::At), until, limit).await
}
