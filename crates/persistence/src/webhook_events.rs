//! What Stripe delivered: every event once, with what became of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::payment::EventOutcome;
use domain::settlement::ParkReason;
use domain::text_enum::TextEnum;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, Statement};

use crate::{Db, Json, Page, PageRequest, Reader, StoreError, Stored, Tx, keyset, rows};

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

/// An event by our own id of it.
///
/// # Errors
/// The database failed.
pub async fn find_by_id(
    reader: &impl Reader,
    id: Uuid,
) -> Result<Option<WebhookEvent>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// What was delivered, the last first; all, or what came of it so.
///
/// # Errors
/// The database failed.
pub async fn list_newest(
    reader: &impl Reader,
    outcome: Option<EventOutcome>,
    request: &PageRequest,
) -> Result<Page<WebhookEvent>, StoreError> {
    let mut select = Entity::find();
    if let Some(outcome) = outcome {
        select = select.filter(Column::Outcome.eq(Stored(outcome)));
    }
    let select = keyset::select_newest!(select, request, ReceivedAt);
    let rows = select.all(&reader.executor()).await?;
    Ok(keyset::page_of!(rows, request, received_at))
}

/// Events that wait for a missing piece, oldest first; so many after one of them. Of those that
/// came before `settled_since` only such as were last settled before it, or nobody was called to.
///
/// # Errors
/// The database failed.
pub async fn list_waiting(
    reader: &impl Reader,
    settled_since: DateTime<Utc>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<WebhookEvent>, StoreError> {
    let select = Entity::find()
        .filter(Column::Outcome.eq(Stored(EventOutcome::Parked)))
        .filter(Column::Reason.eq(Stored(ParkReason::Waiting)))
        .filter(
            Condition::any()
                .add(Column::ReceivedAt.gt(settled_since))
                .add(Column::AlertedAt.is_null())
                .add(Column::ProcessedAt.lte(settled_since)),
        );
    let select = keyset::oldest_first(select, (Column::ReceivedAt, Column::Id), after, limit);
    Ok(select.all(&reader.executor()).await?)
}

/// The payment intents of refunds and disputes that wait, each with its mode: any hundred of them, so
/// that a hundred that never heal don't hide the others for ever.
///
/// # Errors
/// The database failed.
pub async fn list_waiting_intents(reader: &impl Reader) -> Result<Vec<(String, bool)>, StoreError> {
    let executor = reader.executor();
    let rows = executor
        .query_all_raw(Statement::from_string(
            executor.get_database_backend(),
            "SELECT f.payment_intent_id, e.livemode FROM stripe_webhook_events e \
             JOIN stripe_facts f ON f.event_id = e.event_id \
             WHERE e.outcome = 'parked' AND e.reason = 'waiting' \
             AND f.kind IN ('charge', 'refund', 'dispute') AND f.payment_intent_id IS NOT NULL \
             GROUP BY f.payment_intent_id, e.livemode ORDER BY RANDOM() LIMIT 100",
        ))
        .await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.try_get::<String>("", "payment_intent_id")?,
                row.try_get::<bool>("", "livemode")?,
            ))
        })
        .collect()
}

/// Those of the events that have arrived.
///
/// # Errors
/// The database failed.
pub async fn list_known_among(
    reader: &impl Reader,
    event_ids: Vec<String>,
) -> Result<BTreeSet<String>, StoreError> {
    use sea_orm::QuerySelect;
    if event_ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let known: Vec<String> = Entity::find()
        .select_only()
        .column(Column::EventId)
        .filter(Column::EventId.is_in(event_ids))
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(known.into_iter().collect())
}

/// Some events, in the order in which Stripe made them.
///
/// # Errors
/// The database failed.
pub async fn list(
    reader: &impl Reader,
    event_ids: Vec<String>,
) -> Result<Vec<WebhookEvent>, StoreError> {
    use sea_orm::QueryOrder;
    if event_ids.is_empty() {
        return Ok(Vec::new());
    }
    let events = Entity::find()
        .filter(Column::EventId.is_in(event_ids))
        .order_by_asc(Column::Created)
        .order_by_asc(Column::ReceivedAt)
        .order_by_asc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(events)
}

/// Writes down that a person was called to an event that waits for too long.
///
/// # Errors
/// The database failed.
pub async fn note_alert(tx: &Tx, event_id: &str) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::AlertedAt, Expr::value(tx.now()))
        .filter(Column::EventId.eq(event_id))
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Takes an event out of the parked ones by a person's word.
///
/// # Errors
/// The database failed.
pub async fn resolve(tx: &Tx, event_id: &str, note: &str) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Outcome, Expr::value(EventOutcome::Ignored.as_str()))
        .col_expr(Column::Reason, Expr::value(None::<String>))
        .col_expr(Column::Explanation, Expr::value("a person has resolved it"))
        .col_expr(Column::Resolution, Expr::value(note))
        .col_expr(Column::ResolvedAt, Expr::value(tx.now()))
        .filter(Column::EventId.eq(event_id))
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Those of the events that are parked, with the reason.
///
/// # Errors
/// The database failed.
pub async fn list_parked_among(
    reader: &impl Reader,
    event_ids: Vec<String>,
) -> Result<Vec<(String, ParkReason)>, StoreError> {
    use sea_orm::QuerySelect;
    if event_ids.is_empty() {
        return Ok(Vec::new());
    }
    let parked = Entity::find()
        .select_only()
        .column(Column::EventId)
        .column(Column::Reason)
        .filter(Column::EventId.is_in(event_ids))
        .filter(Column::Outcome.eq(Stored(EventOutcome::Parked)))
        .filter(Column::Reason.is_not_null())
        .into_tuple::<(String, Stored<ParkReason>)>()
        .all(&reader.executor())
        .await?;
    Ok(parked
        .into_iter()
        .map(|(id, reason)| (id, *reason))
        .collect())
}

/// What some events say, by our own ids, after one of them.
///
/// # Errors
/// The database failed.
pub async fn list_payloads(
    reader: &impl Reader,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<(Uuid, Json)>, StoreError> {
    use sea_orm::{QueryOrder, QuerySelect, QueryTrait};
    let payloads = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::Payload)
        .apply_if(after, |select, id| select.filter(Column::Id.gt(id)))
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(payloads)
}

/// Puts what is left of an event in the place of what it said.
///
/// # Errors
/// The database failed.
pub async fn replace_payload(tx: &Tx, id: Uuid, payload: Json) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Payload, Expr::value(payload))
        .filter(Column::Id.eq(id))
        .exec(&tx.executor())
        .await?;
    Ok(())
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
