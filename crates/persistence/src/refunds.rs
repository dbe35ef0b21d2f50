//! Refunds that we have decided on: committed with the decision, sent afterwards.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub reason: String,
    pub amount_minor: i64,
    pub currency: String,
    pub status: String,
    pub provider: String,
    pub provider_ref: Option<String>,
    pub first_tried_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Decides on a refund, once for each payment and reason.
///
/// # Errors
/// The database failed.
pub async fn decide(
    tx: &Tx,
    payment_id: Uuid,
    reason: &str,
    amount_minor: i64,
    currency: &str,
) -> Result<(), StoreError> {
    let refund = Model {
        id: tx.new_id(),
        payment_id,
        reason: reason.to_owned(),
        amount_minor,
        currency: currency.to_owned(),
        status: "decided".into(),
        provider: crate::payments::STRIPE.into(),
        provider_ref: None,
        first_tried_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    rows::insert_unless_there::<ActiveModel, _>(tx, refund).await?;
    Ok(())
}
