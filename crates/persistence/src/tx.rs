//! Transactions: the only way to write.

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::{
    DatabaseExecutor, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{Db, Reader, StoreError};

/// How often a transaction that ran into another one is tried again.
const RETRIES: u32 = 3;

/// On whose behalf a transaction writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    User(Uuid),
    Stripe,
    Job,
    Command,
    Seed,
}

/// What surrounds a transaction: when it happens, for whom, and on which request.
#[derive(Debug, Clone)]
pub struct Scope {
    pub now: DateTime<Utc>,
    pub actor: Actor,
    /// As the client has it: for the log.
    pub request_id: Option<String>,
    /// What the trail keeps of it, where that is something else.
    pub recorded_request_id: Option<String>,
    /// The seed run that the rows belong to, if a seed makes them.
    pub seed_run_id: Option<Uuid>,
}

impl Scope {
    /// A scope without a request behind it.
    #[must_use]
    pub fn new(now: DateTime<Utc>, actor: Actor) -> Self {
        Self {
            now,
            actor,
            request_id: None,
            recorded_request_id: None,
            seed_run_id: None,
        }
    }
}

/// What a new row gets besides what it says.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub seed_run_id: Option<Uuid>,
}

/// A transaction under way. It knows what time it is, so that everything that it writes agrees.
#[derive(Debug)]
pub struct Tx {
    transaction: DatabaseTransaction,
    scope: Scope,
}

impl Tx {
    async fn begin(db: &Db, scope: &Scope) -> Result<Self, StoreError> {
        // SQLite must take the write lock at once: a transaction that reads first and writes
        // later fails as soon as another one has written in between. PostgreSQL ignores this.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Self {
            transaction: db.connection().begin_with_options(options).await?,
            scope: Scope {
                // PostgreSQL keeps microseconds.
                now: scope.now.trunc_subsecs(6),
                ..scope.clone()
            },
        })
    }

    /// The time of everything that this transaction writes.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.scope.now
    }

    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The seed run that new rows belong to, if a seed makes them.
    #[must_use]
    pub fn seed_run_id(&self) -> Option<Uuid> {
        self.scope.seed_run_id
    }

    /// A new id that sorts by the transaction's time.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let seconds = self.scope.now.timestamp().max(0).unsigned_abs();
        let nanos = self.scope.now.timestamp_subsec_nanos();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanos))
    }

    /// The stamp of a new row.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp {
            id: self.new_id(),
            at: self.now(),
            seed_run_id: self.seed_run_id(),
        }
    }

    /// Goes on for another actor: one who proves only inside the transaction to be who they are.
    pub fn act_as(&mut self, actor: Actor) {
        self.scope.actor = actor;
    }

    /// Goes on at another time and for another actor: a seed tells a history in one transaction.
    pub fn move_to(&mut self, now: DateTime<Utc>, actor: Actor) {
        self.scope.now = now.trunc_subsecs(6);
        self.act_as(actor);
    }
}

impl Reader for Tx {
    fn executor(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Transaction(&self.transaction)
    }
}

/// One connection for a few statements that need its settings to be theirs, in a transaction that
/// nobody else may write to: see [`write`] for that.
pub(crate) struct Session {
    transaction: DatabaseTransaction,
}

impl Session {
    pub(crate) async fn begin(db: &Db) -> Result<Self, StoreError> {
        let transaction = db.connection().begin().await?;
        Ok(Self { transaction })
    }

    /// One that is dropped instead is rolled back.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}

impl Reader for Session {
    fn executor(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Transaction(&self.transaction)
    }
}

/// An error of a use case, which may have come from the database.
pub trait TxError: From<StoreError> {
    /// The database's own error, if that is what it is.
    fn store_error(&self) -> Option<&StoreError>;
}

impl TxError for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// Runs `work` in one transaction: all of it is committed, or nothing. A transaction that ran
/// into another one is run again, up to three times, so `work` must do nothing else than write to
/// it. It may take no second connection: under load the pool would be waited for by those who
/// hold it.
///
/// # Errors
/// Those of `work`, after rolling back, and those of the commit.
pub async fn write<T, E: TxError>(
    db: &Db,
    scope: &Scope,
    work: impl AsyncFn(&mut Tx) -> Result<T, E>,
) -> Result<T, E> {
    let mut tries = 0;
    loop {
        let mut tx = Tx::begin(db, scope).await?;
        let done = match work(&mut tx).await {
            Ok(value) => match tx.transaction.commit().await {
                Ok(()) => Ok(value),
                Err(error) => Err(E::from(StoreError::from(error))),
            },
            Err(error) => {
                if let Err(rollback) = tx.transaction.rollback().await {
                    log::debug!("rollback failed, the connection is dropped: {rollback}");
                }
                Err(error)
            }
        };
        match done {
            Err(error)
                if tries < RETRIES
                    && matches!(error.store_error(), Some(StoreError::Serialization(_))) =>
            {
                tries += 1;
                log::info!(attempt = tries; "a transaction ran into another one and is tried again");
            }
            done => return done,
        }
    }
}
