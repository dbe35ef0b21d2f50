//! What Stripe delivered: every event once, with what became of it.

use chrono::{DateTime, Utc};
use domain::payment::EventOutcome;
use domain::settlement::ParkReason;
use domain::text_enum::TextEnum;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, Statement};

use crate::{Db, Json, Reader, StoreError, Stored, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stripe_webhook_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: String,
    #[sea_orm(column_name = "type")]
    pub event_type: String,
    pub api_version: Option<String>,
    pub created: DateTime<Utc>,
    pub livemode: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    pub outcome: Stored<EventOutcome>,
    pub reason: Option<Stored<ParkReason>>,
    pub explanation: Option<String>,
    pub received_at: DateTime<Utc>,
    pub processed_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// What a person has decided about it, and why.
    pub resolution: Option<String>,
    /// When a person was called because it waits for too long.
    pub alerted_at: Option<DateTime<Utc>>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as WebhookEvent;

/// Records an event unless it is known; tells whether it was recorded. A parallel delivery of the
/// same event waits here until the first is committed or rolled back.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_known(tx: &Tx, event: WebhookEvent) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, event).await
}

/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    event_id: &str,
) -> Result<Option<WebhookEvent>, StoreError> {
    let event = Entity::find()
        .filter(Column::EventId.eq(event_id))
        .one(&reader.executor())
        .await?;
    Ok(event)
}

/// Events that wait for a missing piece, oldest first; so many after one of them.
///
/// # Errors
/// The database failed.
pub async fn list_waiting(
    reader: &impl Reader,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<WebhookEvent>, StoreError> {
    let select = Entity::find()
        .filter(Column::Outcome.eq(Stored(EventOutcome::Parked)))
        .filter(Column::Reason.eq(Stored(ParkReason::Waiting)));
    let select = keyset::oldest_first(select, (Column::ReceivedAt, Column::Id), after, limit);
    Ok(select.all(&reader.executor()).await?)
}

/// Those of the events that are parked.
///
/// # Errors
/// The database failed.
pub async fn list_parked_among(
    reader: &impl Reader,
    event_ids: Vec<String>,
) -> Result<Vec<String>, StoreError> {
    use sea_orm::QuerySelect;
    if event_ids.is_empty() {
        return Ok(Vec::new());
    }
    let parked = Entity::find()
        .select_only()
        .column(Column::EventId)
        .filter(Column::EventId.is_in(event_ids))
        .filter(Column::Outcome.eq(Stored(EventOutcome::Parked)))
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(parked)
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: EventOutcome,
    pub reason: Option<ParkReason>,
    pub explanation: Option<&'static str>,
}

/// Writes down what became of an event.
///
/// # Errors
/// The database failed.
pub async fn set_verdict(tx: &Tx, event_id: &str, verdict: Verdict) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Outcome, Expr::value(verdict.outcome.as_str()))
        .col_expr(
            Column::Reason,
            Expr::value(verdict.reason.map(TextEnum::as_str)),
        )
        .col_expr(Column::Explanation, Expr::value(verdict.explanation))
        .col_expr(Column::ProcessedAt, Expr::value(tx.now()))
        .filter(Column::EventId.eq(event_id))
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Notes a delivery that failed, in a transaction of its own: that of the delivery is rolled back.
///
/// # Errors
/// The database failed.
pub async fn note_failure(
    db: &Db,
    event_id: &str,
    event_type: &str,
    error: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let executor = db.executor();
    let statement = Statement::from_sql_and_values(
        executor.get_database_backend(),
        "INSERT INTO stripe_webhook_failures (event_id, type, attempts, last_error, first_at, last_at) \
         VALUES ($1, $2, 1, $3, $4, $4) \
         ON CONFLICT (event_id) DO UPDATE SET \
         attempts = stripe_webhook_failures.attempts + 1, \
         last_error = excluded.last_error, last_at = excluded.last_at",
        [event_id.into(), event_type.into(), error.into(), now.into()],
    );
    executor.execute_raw(statement).await?;
    Ok(())
}
