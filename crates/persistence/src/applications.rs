//! Applications: bids on orders.

use chrono::{DateTime, Utc};
use domain::application::ApplicationStatus;
use domain::order::OrderStatus;
use domain::overtaken::Overtaken;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QuerySelect, Select};

use crate::{Page, PageRequest, Reader, StoreError, Stored, Tx, bookings, keyset, orders, rows};

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
    /// As written down under a lock; as the clock has it where it was only read.
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

impl Application {
    /// As it is once the clock has moved its order.
    #[must_use]
    pub fn after(mut self, overtaken: Overtaken) -> Self {
        for (event, at) in overtaken.of_application() {
            if let Ok(next) = self.status.on(event) {
                self.status = Stored(next);
                self.version += 1;
                self.updated_at = at;
            }
        }
        self
    }
}

/// A bid with what the clock needs to know of its order.
#[derive(Debug, FromQueryResult)]
struct Clocked {
    #[sea_orm(nested)]
    application: Model,
    order_status: Stored<OrderStatus>,
    order_expires_at: DateTime<Utc>,
    unpaid_until: Option<DateTime<Utc>>,
}

impl Clocked {
    fn at(self, now: DateTime<Utc>) -> Application {
        let ends = self.order_expires_at;
        let overtaken = Overtaken::of(*self.order_status, ends, self.unpaid_until, now);
        self.application.after(overtaken)
    }
}

/// Reads bids as the clock has them.
async fn read(
    reader: &impl Reader,
    select: Select<Entity>,
    now: DateTime<Utc>,
) -> Result<Vec<Application>, StoreError> {
    let order = Entity::belongs_to(orders::Entity)
        .from(Column::OrderId)
        .to(orders::Column::Id)
        .into();
    let unpaid_until = bookings::unpaid_until(Expr::col((Entity, Column::OrderId)));
    let rows = select
        .join(JoinType::InnerJoin, order)
        .column_as(orders::Column::Status, "order_status")
        .column_as(orders::Column::ExpiresAt, "order_expires_at")
        .expr_as(unpaid_until, "unpaid_until")
        .into_model::<Clocked>()
        .all(&reader.executor())
        .await?;
    Ok(rows.into_iter().map(|row| row.at(now)).collect())
}

/// Adds a bid unless the tutor has one on that order; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, application: Application) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, application).await
}

/// A bid as the clock has it.
///
/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Application>, StoreError> {
    Ok(read(reader, Entity::find_by_id(id), now).await?.pop())
}

/// A tutor's bid on an order, as the clock has it.
///
/// # Errors
/// The database failed.
pub async fn find_of_tutor(
    reader: &impl Reader,
    order_id: Uuid,
    tutor_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Application>, StoreError> {
    let select = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::TutorId.eq(tutor_id));
    Ok(read(reader, select, now).await?.pop())
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

/// The bids on an order, newest first, as the clock has them.
///
/// # Errors
/// The database failed.
pub async fn list_of_order(
    reader: &impl Reader,
    order_id: Uuid,
    request: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<Application>, StoreError> {
    let select = Entity::find().filter(Column::OrderId.eq(order_id));
    let rows = read(reader, keyset::select_newest!(select, request), now).await?;
    Ok(keyset::page_of!(rows, request))
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

/// A tutor's own bids, newest first, as the clock has them.
///
/// # Errors
/// The database failed.
pub async fn list_of_tutor(
    reader: &impl Reader,
    tutor_id: Uuid,
    request: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<Application>, StoreError> {
    let select = Entity::find().filter(Column::TutorId.eq(tutor_id));
    let rows = read(reader, keyset::select_newest!(select, request), now).await?;
    Ok(keyset::page_of!(rows, request))
}

/// Writes down what the clock has made of a bid that was read under its order's lock.
///
/// # Errors
/// The database failed.
pub async fn write_down(tx: &Tx, application: Application) -> Result<(), StoreError> {
    rows::update::<ActiveModel, _>(tx, application).await
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
