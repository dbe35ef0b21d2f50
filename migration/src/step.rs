//! One step of the schema, written as SQL.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) up: &'static str,
    pub(crate) up_postgres: &'static str,
    pub(crate) up_sqlite: &'static str,
    /// Takes back what is changed in the tables of earlier steps.
    pub(crate) down: &'static str,
    /// Before that, what only one database has.
    pub(crate) down_postgres: &'static str,
    pub(crate) down_sqlite: &'static str,
    /// In the order of their making; dropped in the reverse of it.
    pub(crate) tables: &'static [&'static str],
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let own = match manager.get_database_backend() {
            DbBackend::Postgres => self.up_postgres,
            _ => self.up_sqlite,
        };
        for sql in [self.up, own] {
            if !sql.is_empty() {
                db.execute_unprepared(&spell(sql, manager.get_database_backend()))
                    .await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let own = match manager.get_database_backend() {
            DbBackend::Postgres => self.down_postgres,
            _ => self.down_sqlite,
        };
        for sql in [own, self.down] {
            if !sql.is_empty() {
                manager.get_connection().execute_unprepared(sql).await?;
            }
        }
        for table in self.tables.iter().rev() {
            manager
                .get_connection()
                .execute_unprepared(&format!("DROP TABLE IF EXISTS {table}"))
                .await?;
        }
        if self.tables.contains(&"tutor_search")
            && manager.get_database_backend() == DbBackend::Sqlite
        {
            manager
                .get_connection()
                .execute_unprepared("DROP TABLE IF EXISTS tutor_search_index")
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Fills in the type names. SQLite's tables are STRICT, so that a value of the wrong type is
/// refused there as it is on PostgreSQL.
pub(crate) fn spell(sql: &str, backend: DbBackend) -> String {
    let types: [(&str, &str); 8] = match backend {
        DbBackend::Postgres => [
            ("{id}", "uuid"),
            ("{time}", "timestamptz"),
            ("{json}", "jsonb"),
            ("{bool}", "boolean"),
            ("{int}", "bigint"),
            ("{bytes}", "bytea"),
            ("{text}", "text COLLATE \"C\""),
            (" {strict}", ""),
        ],
        _ => [
            ("{id}", "blob"),
            ("{time}", "text"),
            ("{json}", "text"),
            ("{bool}", "integer"),
            ("{int}", "integer"),
            ("{bytes}", "blob"),
            ("{text}", "text"),
            (" {strict}", " STRICT"),
        ],
    };
    types
        .iter()
        .fold(sql.to_owned(), |sql, (open, name)| sql.replace(open, name))
}
