//! Orders.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::lesson_format::LessonFormat;
use domain::order::OrderStatus;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use crate::stored::formats_of;
use crate::{Json, Page, PageRequest, Reader, StoreError, Stored, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub student_id: Uuid,
    pub subject_id: Uuid,
    pub title: String,
    pub description: String,
    pub goal: Option<String>,
    pub budget_min_minor: i64,
    pub budget_max_minor: i64,
    pub currency: String,
    pub wants_online: bool,
    pub wants_offline: bool,
    pub city: Option<String>,
    pub city_folded: Option<String>,
    pub region: Option<String>,
    pub region_folded: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub availability: Option<Json>,
    pub time_zone: String,
    /// As written down; [`Order::status_at`] is as the clock has it.
    pub status: Stored<OrderStatus>,
    pub expires_at: DateTime<Utc>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Order;

impl Order {
    /// Its lesson formats.
    #[must_use]
    pub fn formats(&self) -> BTreeSet<LessonFormat> {
        formats_of(self.wants_online, self.wants_offline)
    }

    #[must_use]
    pub fn status_at(&self, now: DateTime<Utc>) -> OrderStatus {
        self.status.at(now, self.expires_at)
    }
}

/// The filters of the list of open orders.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    pub subject_id: Option<Uuid>,
    /// Folded.
    pub city: Option<String>,
    pub format: Option<LessonFormat>,
    /// Orders that can pay at least this, in minor units.
    pub min_budget: Option<i64>,
}

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, order: Order) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, order).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<Order>, StoreError> {
    let order = Entity::find_by_id(id)
        .filter(Column::DeletedAt.is_null())
        .one(&reader.executor())
        .await?;
    Ok(order)
}

/// # Errors
/// The database failed, or the order is gone.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Order, StoreError> {
    Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx.executor())
        .await?
        .ok_or_else(|| StoreError::Corrupt(format!("order {id} is gone")))
}

/// Open orders, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_open(
    reader: &impl Reader,
    filter: &OrderFilter,
    request: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<Order>, StoreError> {
    let mut select = Entity::find()
        .filter(Column::Status.eq(Stored(OrderStatus::Open)))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::DeletedAt.is_null());
    if let Some(subject_id) = filter.subject_id {
        select = select.filter(Column::SubjectId.eq(subject_id));
    }
    if let Some(city) = &filter.city {
        select = select.filter(Column::CityFolded.eq(city));
    }
    match filter.format {
        Some(LessonFormat::Online) => select = select.filter(Column::WantsOnline.eq(true)),
        Some(LessonFormat::Offline) => select = select.filter(Column::WantsOffline.eq(true)),
        None => {}
    }
    if let Some(budget) = filter.min_budget {
        select = select.filter(Column::BudgetMaxMinor.gte(budget));
    }
    keyset::newest_first!(select, reader, request, "orders")
}

/// Open orders whose time has run out, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list_expired(
    reader: &impl Reader,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, StoreError> {
    use sea_orm::QueryOrder;
    let orders = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Status.eq(Stored(OrderStatus::Open)))
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .limit(1_000)
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(orders)
}

/// The newest open order that a seed made: what the demo shows a match of.
///
/// # Errors
/// The database failed.
pub async fn find_open_seeded(
    reader: &impl Reader,
    now: DateTime<Utc>,
) -> Result<Option<Order>, StoreError> {
    use sea_orm::QueryOrder;
    let order = Entity::find()
        .filter(Column::Status.eq(Stored(OrderStatus::Open)))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::SeedRunId.is_not_null())
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .one(&reader.executor())
        .await?;
    Ok(order)
}

/// A student's own orders, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_student(
    reader: &impl Reader,
    student_id: Uuid,
    request: &PageRequest,
) -> Result<Page<Order>, StoreError> {
    let select = Entity::find()
        .filter(Column::StudentId.eq(student_id))
        .filter(Column::DeletedAt.is_null());
    keyset::newest_first!(select, reader, request, "my-orders")
}

/// Writes back an order that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, mut order: Order) -> Result<Order, StoreError> {
    order.version += 1;
    order.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, order.clone()).await?;
    Ok(order)
}
