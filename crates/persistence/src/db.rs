//! The connection to either database.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseExecutor, DbBackend,
    Statement,
};

use crate::StoreError;

/// A pool of connections; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    connection: DatabaseConnection,
}

/// Where the data are, and how many connections to hold.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// `postgres://…` or `sqlite://path?mode=rwc`.
    pub url: String,
    pub max_connections: u32,
    /// PostgreSQL only: the schema to live in, where it isn't the default one.
    pub schema: Option<String>,
}

/// How long the database may keep somebody waiting.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a lock that another writer holds.
    pub lock: Duration,
    /// For one statement to end, on PostgreSQL; zero is for ever.
    pub statement: Duration,
}

impl Patience {
    /// Of a server. No statement of ours takes half a minute: that is for one that nobody waits for
    /// any more and that would keep its locks.
    pub const SERVING: Self = Self {
        lock: Duration::from_secs(5),
        statement: Duration::from_secs(30),
    };
    /// Of a migration: an index on a large table takes as long as it takes.
    pub const MIGRATING: Self = Self {
        lock: Duration::from_secs(600),
        statement: Duration::ZERO,
    };
}

/// Longer than this unused, a connection may have been cut without our hearing of it, by a firewall
/// or a server that was started anew; one that is in use needs no such look.
const LOOKED_AT_IF_IDLE_FOR: Duration = Duration::from_secs(30);

impl Db {
    /// # Errors
    /// The database can't be reached, or the URL names neither of the two.
    pub async fn connect(config: &DbConfig) -> Result<Self, StoreError> {
        Self::connect_with(config, Patience::SERVING).await
    }

    /// As [`Self::connect`], for somebody who waits longer or shorter than a server.
    ///
    /// # Errors
    /// The database can't be reached, or the URL names neither of the two.
    pub async fn connect_with(config: &DbConfig, patience: Patience) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new(&config.url);
        options
            .max_connections(config.max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire_if_idle_for(LOOKED_AT_IF_IDLE_FOR)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(move |sqlite| {
                sqlite
                    .foreign_keys(true)
                    .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                    .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
                    .busy_timeout(patience.lock)
            })
            .map_sqlx_postgres_opts(move |postgres| {
                let milliseconds = |wait: Duration| wait.as_millis().to_string();
                postgres.application_name("tutors").options([
                    ("lock_timeout", milliseconds(patience.lock)),
                    ("statement_timeout", milliseconds(patience.statement)),
                    // Whatever the server's own defaults: a snapshot older than a lock would settle
                    // money from facts that are no longer all of them, and an event of Stripe's that
                    // was answered and then lost in a crash would never come again.
                    ("default_transaction_isolation", "read committed".to_owned()),
                    ("synchronous_commit", "on".to_owned()),
                ])
            });
        if let Some(schema) = &config.schema {
            options.set_schema_search_path(format!("{schema},public"));
        }
        Ok(Self {
            connection: Database::connect(options).await?,
        })
    }

    /// Tells `heard` every statement that this handle, its clones and its transactions run.
    #[must_use]
    pub fn heard_by(mut self, heard: impl Fn(&Statement) + Send + Sync + 'static) -> Self {
        self.connection
            .set_metric_callback(move |info| heard(info.statement));
        self
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It doesn't.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.connection.ping().await?)
    }

    /// For the `migration` crate, which speaks sea-orm itself.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Gives the connections back; the files of SQLite are whole afterwards.
    ///
    /// # Errors
    /// The pool could not be closed.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.connection.close().await?)
    }
}

/// Something that can be read from: the database, or a transaction.
pub trait Reader {
    /// Who runs the query.
    fn executor(&self) -> DatabaseExecutor<'_>;

    /// Whether this is PostgreSQL; SQLite otherwise.
    fn is_postgres(&self) -> bool {
        self.executor().get_database_backend() == DbBackend::Postgres
    }
}

impl Reader for Db {
    fn executor(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Connection(&self.connection)
    }
}
