//! Orders.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::lesson_format::LessonFormat;
use domain::order::OrderStatus;
use domain::overtaken::Overtaken;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QuerySelect, Select};

use crate::stored::formats_of;
use crate::{Json, Page, PageRequest, Reader, StoreError, Stored, Tx, bookings, keyset, rows};

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
    /// As written down under a lock; as the clock has it where it was only read.
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

    /// As it is once the clock has moved it.
    #[must_use]
    pub fn after(mut self, overtaken: Overtaken) -> Self {
        for (event, at) in overtaken.of_order() {
            if let Ok(next) = self.status.on(event) {
                self.status = Stored(next);
                self.version += 1;
                self.updated_at = at;
            }
        }
        self
    }
}

/// An order with what the clock needs to know of its booking.
#[derive(Debug, FromQueryResult)]
struct Clocked {
    #[sea_orm(nested)]
    order: Model,
    unpaid_until: Option<DateTime<Utc>>,
}

impl Clocked {
    fn at(self, now: DateTime<Utc>) -> Order {
        let order = self.order;
        let overtaken = Overtaken::of(*order.status, order.expires_at, self.unpaid_until, now);
        order.after(overtaken)
    }
}

/// Reads orders as the clock has them.
async fn read(
    reader: &impl Reader,
    select: Select<Entity>,
    now: DateTime<Utc>,
) -> Result<Vec<Order>, StoreError> {
    let unpaid_until = bookings::unpaid_until(Expr::col((Entity, Column::Id)));
    let rows = select
        .expr_as(unpaid_until, "unpaid_until")
        .into_model::<Clocked>()
        .all(&reader.executor())
        .await?;
    Ok(rows.into_iter().map(|row| row.at(now)).collect())
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

/// An order as the clock has it.
///
/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Order>, StoreError> {
    let select = Entity::find_by_id(id).filter(Column::DeletedAt.is_null());
    Ok(read(reader, select, now).await?.pop())
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

/// Orders that are open by the clock, newest first.
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
    // Two statements, each by its own index: an OR of the two would read every order there is.
    // Those that the clock has opened come first: the sweep moves rows from there to the others,
    // and one that it moves in between is seen twice rather than not at all.
    let reopened = select
        .clone()
        .filter(Column::Status.eq(Stored(OrderStatus::InProgress)))
        .filter(Column::Id.in_subquery(bookings::orders_overdue(now)));
    let mut rows = read(reader, keyset::select_newest!(reopened, request), now).await?;
    let open = select.filter(Column::Status.eq(Stored(OrderStatus::Open)));
    rows.extend(read(reader, keyset::select_newest!(open, request), now).await?);
    rows.sort_by_key(|order| std::cmp::Reverse((order.created_at, order.id)));
    rows.dedup_by_key(|order| order.id);
    Ok(keyset::page_of!(rows, request))
}

/// Open orders whose time has run out, in the order of that time; so many after one of them.
///
/// # Errors
/// The database failed.
pub async fn list_expired(
    reader: &impl Reader,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<(DateTime<Utc>, Uuid)>, StoreError> {
    let select = Entity::find()
        .select_only()
        .columns([Column::ExpiresAt, Column::Id])
        .filter(Column::Status.eq(Stored(OrderStatus::Open)))
        .filter(Column::ExpiresAt.lte(now));
    let select = keyset::oldest_first(select, (Column::ExpiresAt, Column::Id), after, limit);
    Ok(select.into_tuple().all(&reader.executor()).await?)
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

/// A student's own orders, newest first, as the clock has them.
///
/// # Errors
/// The database failed.
pub async fn list_of_student(
    reader: &impl Reader,
    student_id: Uuid,
    request: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<Order>, StoreError> {
    let select = Entity::find()
        .filter(Column::StudentId.eq(student_id))
        .filter(Column::DeletedAt.is_null());
    let rows = read(reader, keyset::select_newest!(select, request), now).await?;
    Ok(keyset::page_of!(rows, request))
}

/// Writes down what the clock has made of an order that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn write_down(tx: &Tx, order: Order) -> Result<(), StoreError> {
    rows::update::<ActiveModel, _>(tx, order).await
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
