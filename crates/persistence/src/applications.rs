//! Applications: bids on orders.

use chrono::{DateTime, Utc};
use domain::application::ApplicationStatus;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use crate::{Page, PageRequest, Reader, StoreError, Stored, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "applications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: Uuid,
    pub tutor_id: Uuid,
    pub price_minor: i64,
    pub currency: String,
    pub message: String,
    pub status: Stored<ApplicationStatus>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Application;

/// Adds a bid unless the tutor has one on that order; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, application: Application) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, application).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<Application>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// # Errors
/// The database failed.
pub async fn find_of_tutor(
    reader: &impl Reader,
    order_id: Uuid,
    tutor_id: Uuid,
) -> Result<Option<Application>, StoreError> {
    let application = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::TutorId.eq(tutor_id))
        .one(&reader.executor())
        .await?;
    Ok(application)
}

/// All bids on an order, each locked, by id. The order's own lock comes first.
///
/// # Errors
/// The database failed.
pub async fn lock_of_order(tx: &Tx, order_id: Uuid) -> Result<Vec<Application>, StoreError> {
    let applications = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(&tx.executor())
        .await?;
    Ok(applications)
}

/// The bids on an order, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_order(
    reader: &impl Reader,
    order_id: Uuid,
    request: &PageRequest,
) -> Result<Page<Application>, StoreError> {
    let select = Entity::find().filter(Column::OrderId.eq(order_id));
    keyset::newest_first!(select, reader, request, "applications")
}

/// How many bids there are on an order.
///
/// # Errors
/// The database failed.
pub async fn count_of_order(reader: &impl Reader, order_id: Uuid) -> Result<u64, StoreError> {
    use sea_orm::PaginatorTrait;
    let count = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .count(&reader.executor())
        .await?;
    Ok(count)
}

/// A tutor's own bids, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_tutor(
    reader: &impl Reader,
    tutor_id: Uuid,
    request: &PageRequest,
) -> Result<Page<Application>, StoreError> {
    let select = Entity::find().filter(Column::TutorId.eq(tutor_id));
    keyset::newest_first!(select, reader, request, "my-applications")
}

/// Writes back a bid that was read under its order's lock.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, mut application: Application) -> Result<Application, StoreError> {
    application.version += 1;
    application.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, application.clone()).await?;
    Ok(application)
}
