//! The database as it is, for tests: its schema, and statements that no use case has.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnectionTrait, Statement};

use crate::{Db, Reader, StoreError};

/// Runs a statement.
///
/// # Errors
/// The database failed.
pub async fn execute_for_tests(reader: &impl Reader, sql: &str) -> Result<u64, StoreError> {
    let executor = reader.executor();
    let done = executor.execute_unprepared(sql).await?;
    Ok(done.rows_affected())
}

/// Reads one integer.
///
/// # Errors
/// The database failed, or gave none.
pub async fn integer_for_tests(db: &impl Reader, sql: &str) -> Result<i64, StoreError> {
    integer(db, sql).await
}

/// Reads the first column of every row, as text.
///
/// # Errors
/// The database failed.
pub async fn texts_for_tests(db: &impl Reader, sql: &str) -> Result<Vec<String>, StoreError> {
    let executor = db.executor();
    let statement = Statement::from_string(executor.get_database_backend(), sql);
    executor
        .query_all_raw(statement)
        .await?
        .iter()
        .map(|row| Ok(row.try_get_by_index::<String>(0)?))
        .collect()
}

pub(crate) async fn integer(reader: &impl Reader, sql: &str) -> Result<i64, StoreError> {
    let executor = reader.executor();
    let statement = Statement::from_string(executor.get_database_backend(), sql);
    let row = executor
        .query_one_raw(statement)
        .await?
        .ok_or_else(|| StoreError::Corrupt("no row".into()))?;
    Ok(row.try_get_by_index::<i64>(0)?)
}

/// Every table, column, index, constraint and trigger, one line each.
///
/// # Errors
/// The database failed.
pub async fn schema_for_tests(db: &Db) -> Result<Vec<String>, StoreError> {
    const SQLITE: &str = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master \
         UNION ALL SELECT 'column ' || m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p \
         WHERE m.type = 'table' ORDER BY 1";
    const POSTGRES: &str = "SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable \
         FROM information_schema.columns WHERE table_schema = 'public' \
         UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' \
         UNION ALL SELECT 'constraint ' || conrelid::regclass::text || ' CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) \
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1";
    let sql = if db.is_postgres() { POSTGRES } else { SQLITE };
    let lines = texts_for_tests(db, sql).await?;
    Ok(lines.iter().map(|line| line.replace('\n', " ")).collect())
}

/// How the database would run each query that `work` runs: the query, and its plan in lines.
///
/// # Errors
/// The database failed.
pub async fn plans_for_tests(
    db: &Db,
    work: impl AsyncFnOnce(&Db),
) -> Result<Vec<(String, Vec<String>)>, StoreError> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = {
        let heard = Arc::clone(&heard);
        move |statement: &Statement| {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.push(statement.clone());
        }
    };
    work(&db.clone().heard_by(listener)).await;
    let heard = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
    let mut plans = Vec::new();
    for statement in heard {
        let sql = statement.sql.clone();
        let (word, column) = if db.is_postgres() {
            ("EXPLAIN", 0)
        } else {
            ("EXPLAIN QUERY PLAN", 3)
        };
        let explain = Statement {
            sql: format!("{word} {sql}"),
            ..statement
        };
        let rows = db.executor().query_all_raw(explain).await?;
        let lines = rows
            .iter()
            .map(|row| row.try_get_by_index::<String>(column));
        plans.push((sql, lines.collect::<Result<_, _>>()?));
    }
    Ok(plans)
}
