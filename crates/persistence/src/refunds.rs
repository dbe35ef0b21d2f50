//! Refunds that we have decided on: committed with the decision, sent afterwards.

use chrono::{DateTime, Utc};
use domain::money::Money;
use domain::payment::{RefundReason, RefundStatus};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use crate::{Reader, StoreError, Stored, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub reason: Stored<RefundReason>,
    pub amount_minor: i64,
    pub currency: String,
    pub status: Stored<RefundStatus>,
    pub provider: String,
    pub provider_ref: Option<String>,
    pub first_tried_at: Option<DateTime<Utc>>,
    /// How often it was sent, or tried to be.
    pub attempts: i64,
    /// When it is to be sent (again).
    pub next_try_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Refund;

/// Decides on a refund, once for each payment and reason; gives its id if it is new.
///
/// # Errors
/// The database failed.
pub async fn decide(
    tx: &Tx,
    payment_id: Uuid,
    reason: RefundReason,
    amount: Money,
) -> Result<Option<Uuid>, StoreError> {
    let id = tx.new_id();
    let refund = Model {
        id,
        payment_id,
        reason: Stored(reason),
        amount_minor: amount.minor,
        currency: amount.currency.code().to_owned(),
        status: Stored(RefundStatus::Decided),
        provider: crate::payments::STRIPE.into(),
        provider_ref: None,
        first_tried_at: None,
        attempts: 0,
        next_try_at: Some(tx.now()),
        last_error: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let is_new = rows::insert_unless_there::<ActiveModel, _>(tx, refund).await?;
    Ok(is_new.then_some(id))
}

/// What is decided and due to be sent, oldest first; so many after one of them.
///
/// # Errors
/// The database failed.
pub async fn list_due(
    reader: &impl Reader,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Refund>, StoreError> {
    let select = Entity::find()
        .filter(Column::Status.eq(Stored(RefundStatus::Decided)))
        .filter(Column::NextTryAt.lte(now));
    let select = keyset::oldest_first(select, (Column::NextTryAt, Column::Id), after, limit);
    Ok(select.all(&reader.executor()).await?)
}

/// The refunds of some payments, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_payments(
    reader: &impl Reader,
    payment_ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Refund>, StoreError> {
    let refunds = Entity::find()
        .filter(Column::PaymentId.is_in(payment_ids))
        .order_by_asc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(refunds)
}

/// # Errors
/// The database failed, or the refund is gone.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Refund, StoreError> {
    Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx.executor())
        .await?
        .ok_or_else(|| StoreError::Corrupt(format!("refund {id} is gone")))
}

/// Writes back a refund whose payment, or which itself, is locked.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, mut refund: Refund) -> Result<Refund, StoreError> {
    refund.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, refund.clone()).await?;
    Ok(refund)
}
