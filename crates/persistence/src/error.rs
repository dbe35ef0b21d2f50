//! What a database can answer other than rows.

use sea_orm::{DbErr, RuntimeErr};

/// A database error, sorted by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another transaction is in the way; this one was rolled back and may be tried again
    /// (PostgreSQL 40001 and 40P01).
    #[error("the transaction ran into another one")]
    Serialization(#[source] DbErr),
    /// A lock was not to be had in time (PostgreSQL 55P03, SQLite's busy timeout).
    #[error("a lock was not to be had in time")]
    Locked(#[source] DbErr),
    /// A connection was not to be had or was lost, or the server took too long: nothing that a
    /// second try could not mend.
    #[error("the database is not to be had")]
    Busy(#[source] DbErr),
    /// A tutor's bookings would overlap.
    #[error("the tutor has another booking at that time")]
    SlotTaken,
    /// A stored value that no code of ours can have written.
    #[error("stored data make no sense: {0}")]
    Corrupt(String),
    #[error("the database failed")]
    Other(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
            return Self::Busy(error);
        }
        if is_lost_connection(&error) {
            return Self::Busy(error);
        }
        let Some((code, message)) = code_and_message(&error) else {
            return Self::Other(error);
        };
        match code.as_str() {
            "40001" | "40P01" => Self::Serialization(error),
            // SQLite: 5 is SQLITE_BUSY, the others its extensions (recovery, snapshot, timeout).
            "55P03" | "5" | "261" | "517" | "773" => Self::Locked(error),
            // PostgreSQL, appendix A: it is shut down (57P01), has crashed (57P02), is starting
            // (57P03), has no connection left (53300), or ended a statement that took too long
            // (57014); class 08 are connections that failed.
            "57P01" | "57P02" | "57P03" | "53300" | "57014" => Self::Busy(error),
            code if code.len() == 5 && code.starts_with("08") => Self::Busy(error),
            _ if message.contains("ex_bookings_tutor_id_period") => Self::SlotTaken,
            _ => Self::Other(error),
        }
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            Some(cause)
        }
        _ => None,
    }
}

fn is_lost_connection(error: &DbErr) -> bool {
    matches!(
        sqlx_error(error),
        Some(
            sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        )
    )
}

fn code_and_message(error: &DbErr) -> Option<(String, String)> {
    let database = sqlx_error(error)?.as_database_error()?;
    Some((
        database.code().unwrap_or_default().into_owned(),
        database.message().to_owned(),
    ))
}
