//! Whose each Stripe customer is: one undeleted per user, made by our own call.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, Statement};

use crate::{Reader, StoreError, Tx, rows, users};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stripe_customers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: String,
    pub provider: String,
    pub user_id: Uuid,
    pub created_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as StripeCustomer;

/// Adds a customer unless its user has one; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, customer: StripeCustomer) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, customer).await
}

/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    customer_id: &str,
) -> Result<Option<StripeCustomer>, StoreError> {
    let customer = Entity::find_by_id(customer_id)
        .one(&reader.executor())
        .await?;
    Ok(customer)
}

/// A user's customer.
///
/// # Errors
/// The database failed.
pub async fn find_of_user(
    reader: &impl Reader,
    user_id: Uuid,
) -> Result<Option<StripeCustomer>, StoreError> {
    let customer = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::DeletedAt.is_null())
        .one(&reader.executor())
        .await?;
    Ok(customer)
}

/// The erased whose customer is still there.
///
/// # Errors
/// The database failed.
pub async fn list_erased(reader: &impl Reader) -> Result<Vec<Uuid>, StoreError> {
    let erased = users::Entity::find()
        .select_only()
        .column(users::Column::Id)
        .filter(users::Column::DeletedAt.is_not_null());
    let ids = Entity::find()
        .select_only()
        .column(Column::UserId)
        .distinct()
        .filter(Column::DeletedAt.is_null())
        .filter(Column::UserId.in_subquery(erased.into_query()));
    Ok(ids.into_tuple().all(&reader.executor()).await?)
}

/// How many customers a user has had, those that are gone included.
///
/// # Errors
/// The database failed.
pub async fn count_of_user(reader: &impl Reader, user_id: Uuid) -> Result<u64, StoreError> {
    use sea_orm::PaginatorTrait;
    let count = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .count(&reader.executor())
        .await?;
    Ok(count)
}

/// Notes that a customer is gone at the provider.
///
/// # Errors
/// The database failed.
pub async fn mark_deleted(tx: &Tx, customer_id: &str) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::DeletedAt, Expr::value(tx.now()))
        .filter(Column::CustomerId.eq(customer_id))
        .filter(Column::DeletedAt.is_null())
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Deletes customers of the erased that were gone by then and that no payment hangs on; tells how many.
///
/// # Errors
/// The database failed.
pub async fn delete_unpaid_until(
    tx: &Tx,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM stripe_customers WHERE customer_id IN (\
         SELECT c.customer_id FROM stripe_customers c JOIN users u ON u.id = c.user_id \
         WHERE c.deleted_at <= $1 AND u.deleted_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.customer_id = c.customer_id) \
         ORDER BY c.deleted_at LIMIT $2)";
    let executor = tx.executor();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let backend = executor.get_database_backend();
    let delete = Statement::from_sql_and_values(backend, SQL, [until.into(), limit.into()]);
    Ok(executor.execute_raw(delete).await?.rows_affected())
}

/// Locks a user's customers, by id: the first of the locks of a settlement.
///
/// # Errors
/// The database failed.
pub async fn lock_of_user(tx: &Tx, user_id: Uuid) -> Result<(), StoreError> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .order_by_asc(Column::CustomerId)
        .lock_exclusive()
        .all(&tx.executor())
        .await?;
    Ok(())
}
