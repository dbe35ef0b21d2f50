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

/// How long a writer waits for another one before it gives up.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

impl Db {
    /// # Errors
    /// The database can't be reached, or the URL names neither of the two.
    pub async fn connect(config: &DbConfig) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new(&config.url);
        options
            .max_connections(config.max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .foreign_keys(true)
                    .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                    .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
                    .busy_timeout(LOCK_TIMEOUT)
            })
            .map_sqlx_postgres_opts(|postgres| {
                postgres
                    .application_name("tutors")
                    .options([("lock_timeout", "5s")])
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
