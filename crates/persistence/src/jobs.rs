//! The job queue: work that is requested in the transaction that causes it and done after it.
//!
//! A row is `queued` until a worker leases it, `running` while the lease lasts, then `done` or
//! `dead`, or `queued` once more. Which of these moves comes when is said in `services::jobs`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, Condition, IntoActiveModel, Order, QueryOrder, QuerySelect, Select,
};

use crate::{Json, Page, PageRequest, Reader, StoreError, Stored, Tx, keyset, rows};

domain::text_enum! {
    /// Where a job is.
    JobState { Queued = "queued", Running = "running", Done = "done", Dead = "dead" }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    pub state: Stored<JobState>,
    /// Two requests under one key are one job while it is queued.
    pub dedup_key: Option<String>,
    pub run_at: DateTime<Utc>,
    /// How often it was begun, the present time included.
    pub attempts: i64,
    pub max_attempts: i64,
    /// Until when nobody else may take it; `None` unless it is running.
    pub leased_until: Option<DateTime<Utc>>,
    /// Who runs it, or ran it last: another text for each time it is begun.
    pub worker: Option<String>,
    /// Why it failed the last time; never with anything of a person's in it.
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as JobRow;

/// A request for work.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: &'static str,
    pub payload: Json,
    pub dedup_key: Option<String>,
    pub max_attempts: i64,
}

/// Requests work from now on, unless the same is queued already: that begins anew then, with all its
/// tries and without the rest of a pause, as the failures were those of the work before this change.
/// A job that is running doesn't count: it may have read what this transaction changes. A seed
/// requests none: what it makes up is history, and nobody is to be told of it.
///
/// # Errors
/// The database failed.
pub async fn enqueue(tx: &Tx, job: NewJob) -> Result<(), StoreError> {
    if tx.seed_run_id().is_some() {
        return Ok(());
    }
    let row = Model {
        id: tx.new_id(),
        kind: job.kind.to_owned(),
        payload: job.payload,
        state: Stored(JobState::Queued),
        dedup_key: job.dedup_key,
        run_at: tx.now(),
        attempts: 0,
        max_attempts: job.max_attempts,
        leased_until: None,
        worker: None,
        last_error: None,
        created_at: tx.now(),
        finished_at: None,
    };
    // The job that is queued already is written in any case, which locks it until this transaction
    // ends: a worker that took it earlier would not see the change, and nothing else would be left
    // in the queue to see it later. One that is due keeps its place before others.
    let queued_for = Expr::col((Entity, Column::RunAt));
    let earlier = Expr::case(queued_for.clone().gt(tx.now()), tx.now()).finally(queued_for);
    let twin = OnConflict::column(Column::DedupKey)
        .target_and_where(Expr::cust("state = 'queued'"))
        .value(Column::RunAt, earlier)
        .value(Column::Attempts, 0_i64)
        .to_owned();
    Entity::insert(row.into_active_model().reset_all())
        .on_conflict(twin)
        .exec_without_returning(&tx.executor())
        .await?;
    Ok(())
}

/// The jobs of these kinds that a worker may take: those whose time has come, and those whose
/// worker has let its lease run out. The states stand there as they do in the index of these rows.
///
/// A job whose twin is running waits for it, lest the same work be done twice at a time; a twin that
/// has lost its worker is due itself, and earlier. That needs no lock: while a job is queued, none
/// of its twins is, and a job becomes `running` only from there.
fn due(kinds: &[String], now: DateTime<Utc>) -> Select<Entity> {
    let running = Query::select()
        .column(Column::DedupKey)
        .from(Entity)
        .and_where(Expr::cust("state = 'running'"))
        // One without a key would make nothing certain of any other.
        .and_where(Column::DedupKey.is_not_null())
        .to_owned();
    let has_no_twin = Condition::any()
        .add(Column::DedupKey.is_null())
        .add(Column::DedupKey.not_in_subquery(running));
    let is_next = Condition::all()
        .add(Column::State.eq(Stored(JobState::Queued)))
        .add(has_no_twin);
    let is_free = Condition::any()
        .add(is_next)
        .add(Column::LeasedUntil.lte(now));
    Entity::find()
        .filter(Expr::cust("state IN ('queued', 'running')"))
        .filter(Column::RunAt.lte(now))
        .filter(is_free)
        .filter(Column::Kind.is_in(kinds))
        .order_by_asc(Column::RunAt)
        .order_by_asc(Column::Id)
        .limit(1)
}

/// Whether there is anything to take: asked without a lock, so that idle workers are in nobody's way.
///
/// # Errors
/// The database failed.
pub async fn has_due(
    reader: &impl Reader,
    kinds: &[String],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let found: Option<Uuid> = due(kinds, now)
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .one(&reader.executor())
        .await?;
    Ok(found.is_some())
}

/// Locks the job that has waited longest, passing over those that others have locked.
///
/// # Errors
/// The database failed.
pub async fn lock_due(tx: &Tx, kinds: &[String]) -> Result<Option<JobRow>, StoreError> {
    // SQLite knows no such lock and needs none: the transaction has locked the whole file.
    let row = due(kinds, tx.now())
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(&tx.executor())
        .await?;
    Ok(row)
}

/// Locks a job if the lease that this worker took is still the one that counts.
///
/// # Errors
/// The database failed.
pub async fn lock_leased(tx: &Tx, id: Uuid, worker: &str) -> Result<Option<JobRow>, StoreError> {
    let row = Entity::find_by_id(id)
        .filter(Column::State.eq(Stored(JobState::Running)))
        .filter(Column::Worker.eq(worker))
        .lock_exclusive()
        .one(&tx.executor())
        .await?;
    Ok(row)
}

/// # Errors
/// The database failed.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<JobRow>, StoreError> {
    let row = Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx.executor())
        .await?;
    Ok(row)
}

/// Writes back a job that is locked and that no other state than `queued` awaits.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, job: JobRow) -> Result<(), StoreError> {
    rows::update::<ActiveModel, _>(tx, job).await
}

/// Queues a locked job again; tells whether it was. It is not if the same has been requested
/// meanwhile: then this one is done, since the other will do its work.
///
/// # Errors
/// The database failed.
pub async fn requeue(tx: &Tx, job: JobRow) -> Result<bool, StoreError> {
    let queued = Model {
        state: Stored(JobState::Queued),
        leased_until: None,
        finished_at: None,
        ..job
    };
    // Taken out and put in again: an update could only run into the other one, and that would end
    // the transaction on PostgreSQL.
    Entity::delete_by_id(queued.id).exec(&tx.executor()).await?;
    if rows::insert_unless_there::<ActiveModel, _>(tx, queued.clone()).await? {
        return Ok(true);
    }
    let superseded = Model {
        state: Stored(JobState::Done),
        finished_at: Some(tx.now()),
        ..queued
    };
    rows::insert::<ActiveModel, _>(tx, superseded).await?;
    Ok(false)
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<JobRow>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// The jobs in a state, or all, newest first.
///
/// # Errors
/// The database failed.
pub async fn list(
    reader: &impl Reader,
    state: Option<JobState>,
    request: &PageRequest,
) -> Result<Page<JobRow>, StoreError> {
    let mut select = Entity::find();
    if let Some(state) = state {
        select = select.filter(Column::State.eq(Stored(state)));
    }
    keyset::newest_first!(select, reader, request)
}

/// How many jobs there are in each state, those that are done apart: nothing waits for them.
///
/// # Errors
/// The database failed.
pub async fn count_unfinished(reader: &impl Reader) -> Result<Vec<(JobState, i64)>, StoreError> {
    let counts: Vec<(Stored<JobState>, i64)> = Entity::find()
        .select_only()
        .column(Column::State)
        .column_as(Column::Id.count(), "count")
        .filter(
            Column::State.is_in([JobState::Queued, JobState::Running, JobState::Dead].map(Stored)),
        )
        .group_by(Column::State)
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(counts
        .into_iter()
        .map(|(state, count)| (*state, count))
        .collect())
}

/// Deletes jobs that were done at a time or before, the oldest first, so many at most; tells how many.
///
/// # Errors
/// The database failed.
pub async fn delete_done_until(
    tx: &Tx,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<u64, StoreError> {
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Expr::cust("state = 'done'"))
        .and_where(Column::FinishedAt.lte(until))
        .order_by(Column::FinishedAt, Order::Asc)
        .limit(limit)
        .to_owned();
    let deleted = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(&tx.executor())
        .await?;
    Ok(deleted.rows_affected)
}
