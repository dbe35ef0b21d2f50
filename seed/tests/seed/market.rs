//! A database to load into, and questions to it.

use chrono::{DateTime, Utc};
use persistence::{Db, DbConfig};
use sea_orm::ConnectionTrait;
use seed::{Fixture, Loaded, SeedError};
use tempfile::TempDir;

pub(crate) struct Market {
    pub(crate) db: Db,
    pub(crate) now: DateTime<Utc>,
    _folder: TempDir,
}

impl Market {
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("market.sqlite");
        let config = DbConfig {
            url: format!("sqlite://{}?mode=rwc", path.display()),
            max_connections: 2,
            schema: None,
        };
        let db = Db::connect(&config).await.unwrap();
        migration::up(db.connection()).await.unwrap();
        Self {
            db,
            now: "2026-11-23T10:20:30.123456789Z".parse().unwrap(),
            _folder: folder,
        }
    }

    pub(crate) async fn load(&self, fixture: &Fixture) -> Result<Loaded, SeedError> {
        let today = self.now.date_naive();
        seed::load(&self.db, fixture, "a test", today, self.now, |_, _| {}).await
    }

    pub(crate) async fn with_demo() -> (Self, Loaded) {
        let market = Self::empty().await;
        let loaded = market.load(&demo()).await.unwrap();
        (market, loaded)
    }

    /// The one number that a query answers with.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let connection = self.db.connection();
        let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

pub(crate) fn demo() -> Fixture {
    seed::parse(include_str!("../../demo_data.json")).unwrap()
}
