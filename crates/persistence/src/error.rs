//! What a database can answer other than rows.

use sea_orm::{DbErr, RuntimeErr};

/// A database error, sorted by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another transaction is in the way; this one was rolled back and may be tried again
    /// (PostgreSQL 40001 and 40P01).
    #[error("the transaction ran into another one")]
    Serialization(#[source] DbErr),
    /// A lock (PostgreSQL 55P03, SQLite's busy timeout) or a connection was not to be had in time.
    #[error("a lock or a connection was not to be had in time")]
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
        let Some((code, message)) = code_and_message(&error) else {
            return Self::Other(error);
        };
        match code.as_str() {
            "40001" | "40P01" => Self::Serialization(error),
            // SQLite: 5 is SQLITE_BUSY, the others its extensions (recovery, snapshot, timeout).
            "55P03" | "5" | "261" | "517" | "773" => Self::Busy(error),
            _ if message.contains("ex_bookings_tutor_id_period") => Self::SlotTaken,
            _ => Self::Other(error),
        }
    }
}

fn code_and_message(error: &DbErr) -> Option<(String, String)> {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        error
    else {
        return None;
    };
    let database = cause.as_database_error()?;
    Some((
        database.code().unwrap_or_default().into_owned(),
        database.message().to_owned(),
    ))
}
