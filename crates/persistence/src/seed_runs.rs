//! Runs of the seed: everything that a seed makes carries its run.

use chrono::{DateTime, Utc};
use sea_orm::PaginatorTrait;
use sea_orm::entity::prelude::*;

use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seed_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as SeedRun;

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, run: SeedRun) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, run).await
}

/// How many seeds have been loaded.
///
/// # Errors
/// The database failed.
pub async fn count(reader: &impl Reader) -> Result<u64, StoreError> {
    Ok(Entity::find().count(&reader.executor()).await?)
}
