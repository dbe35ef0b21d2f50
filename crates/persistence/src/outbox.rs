//! What people are to be told: committed with the change, numbered and delivered by the relay.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{Json, StoreError, Stored, Tx, rows};

domain::text_enum! {
    /// What somebody is told of.
    NotificationType {
        NewApplication = "new_application",
        ApplicationChosen = "application_chosen",
        ApplicationRejected = "application_rejected",
        OrderStatusChanged = "order_status_changed",
        BookingUpdated = "booking_updated",
        PaymentUpdated = "payment_updated",
        NewOrderMatch = "new_order_match",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    #[sea_orm(column_name = "type")]
    pub kind: Stored<NotificationType>,
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    pub at: DateTime<Utc>,
    pub relayed_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Leaves a message for somebody. A seed leaves none: nobody is to be told of what never happened.
///
/// # Errors
/// The database failed.
pub async fn tell(
    tx: &Tx,
    user_id: Uuid,
    kind: NotificationType,
    data: Json,
) -> Result<(), StoreError> {
    if tx.seed_run_id().is_some() {
        return Ok(());
    }
    let row = Model {
        id: tx.new_id(),
        user_id,
        kind: Stored(kind),
        data,
        at: tx.now(),
        relayed_at: None,
    };
    rows::insert::<ActiveModel, _>(tx, row).await
}
