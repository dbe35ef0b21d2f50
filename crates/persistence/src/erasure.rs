//! What is left of a person who is erased: rows that others and the ledger refer to, without what
//! anybody has written in them.

use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use crate::{Reader, StoreError, Tx};

/// Which of a person's things are still under way, so that they can't be erased.
const UNFINISHED: [(&str, &str); 4] = [
    (
        "booking",
        "SELECT count(*) FROM bookings WHERE status IN ('confirmed', 'disputed') AND (student_id = $1 \
         OR tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1))",
    ),
    (
        "dispute",
        "SELECT count(*) FROM payments WHERE user_id = $1 AND disputed_minor > 0",
    ),
    (
        "subscription",
        "SELECT count(*) FROM tutor_profiles WHERE user_id = $1 AND premium_status IS NOT NULL",
    ),
    // It can still be paid, and would begin a subscription of nobody.
    (
        "checkout",
        "SELECT count(*) FROM payments WHERE user_id = $1 AND type = 'premium' AND status = 'pending'",
    ),
];

/// In this order. `$1` is the user, `$2` the time.
const BLANKED: [&str; 19] = [
    "UPDATE orders SET title = '', description = '', goal = NULL, city = NULL, city_folded = NULL, \
     region = NULL, region_folded = NULL, availability = NULL, version = version + 1, updated_at = $2 \
     WHERE student_id = $1",
    "DELETE FROM order_matches WHERE order_id IN (SELECT id FROM orders WHERE student_id = $1)",
    "UPDATE applications SET message = '', version = version + 1, updated_at = $2 \
     WHERE tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    // Whoever writes to somebody, or about them, names them. A reply stays one: it is given once.
    "UPDATE applications SET message = '', version = version + 1, updated_at = $2 \
     WHERE order_id IN (SELECT id FROM orders WHERE student_id = $1)",
    "UPDATE tutor_reviews SET text = NULL, reply = CASE WHEN reply IS NULL THEN NULL ELSE '—' END \
     WHERE student_id = $1 \
     OR tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    "DELETE FROM tutor_documents WHERE tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    "DELETE FROM tutor_search WHERE tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    "DELETE FROM tutor_hours WHERE tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    "DELETE FROM tutor_embeddings WHERE tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    "DELETE FROM order_match_notices WHERE tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    "DELETE FROM favourites WHERE user_id = $1 \
     OR tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    "UPDATE tutor_profiles SET bio = '', city = NULL, city_folded = NULL, region = NULL, \
     region_folded = NULL, availability = '{}', embedded_with = NULL, deleted_at = $2, \
     version = version + 1, updated_at = $2 WHERE user_id = $1",
    "DELETE FROM idempotency_keys WHERE user_id = $1",
    "DELETE FROM outbox WHERE user_id = $1",
    "DELETE FROM notifications WHERE user_id = $1",
    "DELETE FROM mails WHERE user_id = $1",
    "DELETE FROM one_time_tokens WHERE user_id = $1",
    "DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)",
    "UPDATE sessions SET user_agent = NULL WHERE user_id = $1",
];

/// What keeps a person from being erased, if anything does.
///
/// # Errors
/// The database failed.
pub async fn find_unfinished(tx: &Tx, user_id: Uuid) -> Result<Option<&'static str>, StoreError> {
    let executor = tx.executor();
    for (what, sql) in UNFINISHED {
        let backend = executor.get_database_backend();
        let counted = Statement::from_sql_and_values(backend, sql, [user_id.into()]);
        let row = executor.query_one_raw(counted).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        if count > 0 {
            return Ok(Some(what));
        }
    }
    Ok(None)
}

/// Takes everything that the person or others have written out of the rows that are about them. The
/// account's own row is left to the caller.
///
/// # Errors
/// The database failed.
pub async fn blank(tx: &Tx, user_id: Uuid) -> Result<(), StoreError> {
    let executor = tx.executor();
    for sql in BLANKED {
        let mut values: Vec<Value> = vec![user_id.into()];
        if sql.contains("$2") {
            values.push(tx.now().into());
        }
        let backend = executor.get_database_backend();
        executor
            .execute_raw(Statement::from_sql_and_values(backend, sql, values))
            .await?;
    }
    Ok(())
}
