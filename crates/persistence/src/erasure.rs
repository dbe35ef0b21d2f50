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

/// What takes the place of what rows say of a person.
struct Blanking {
    table: &'static str,
    /// Which rows; `$1` is the user.
    rows: &'static str,
    /// Columns and what is put there, `$2` being the time and `$3` the new e-mail; none, and the rows
    /// are deleted.
    columns: &'static [(&'static str, &'static str)],
}

impl Blanking {
    const fn deleted(table: &'static str, rows: &'static str) -> Self {
        let columns = &[];
        Self {
            table,
            rows,
            columns,
        }
    }

    fn sql(&self) -> String {
        let Self { table, rows, .. } = self;
        if self.columns.is_empty() {
            return format!("DELETE FROM {table} WHERE {rows}");
        }
        let columns = self.columns.iter();
        let set: Vec<String> = columns.map(|(name, to)| format!("{name} = {to}")).collect();
        format!("UPDATE {table} SET {} WHERE {rows}", set.join(", "))
    }
}

const OWN: &str = "user_id = $1";
const OF_STUDENT: &str = "student_id = $1";
const OF_TUTOR: &str = "tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)";
const VERSION: (&str, &str) = ("version", "version + 1");
const UPDATED_AT: (&str, &str) = ("updated_at", "$2");

/// In this order. A column of text that is neither here nor among the exceptions of
/// `tests/privacy/columns.rs` fails a test.
const BLANKED: [Blanking; 23] = [
    Blanking {
        table: "orders",
        rows: OF_STUDENT,
        columns: &[
            ("title", "''"),
            ("description", "''"),
            ("goal", "NULL"),
            ("city", "NULL"),
            ("city_folded", "NULL"),
            ("region", "NULL"),
            ("region_folded", "NULL"),
            ("availability", "NULL"),
            VERSION,
            UPDATED_AT,
        ],
    },
    Blanking::deleted(
        "order_matches",
        "order_id IN (SELECT id FROM orders WHERE student_id = $1)",
    ),
    // Whoever writes to somebody, or about them, names them.
    Blanking {
        table: "applications",
        rows: "tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1) \
               OR order_id IN (SELECT id FROM orders WHERE student_id = $1)",
        columns: &[("message", "''"), VERSION, UPDATED_AT],
    },
    Blanking {
        table: "tutor_reviews",
        rows: "student_id = $1 OR tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
        columns: &[
            ("text", "NULL"),
            // A reply stays one: it is given once.
            ("reply", "CASE WHEN reply IS NULL THEN NULL ELSE '—' END"),
        ],
    },
    Blanking::deleted("tutor_documents", OF_TUTOR),
    Blanking::deleted("tutor_search", OF_TUTOR),
    Blanking::deleted("tutor_hours", OF_TUTOR),
    Blanking::deleted("tutor_embeddings", OF_TUTOR),
    Blanking::deleted("order_match_notices", OF_TUTOR),
    Blanking::deleted(
        "favourites",
        "user_id = $1 OR tutor_id IN (SELECT id FROM tutor_profiles WHERE user_id = $1)",
    ),
    Blanking {
        table: "tutor_profiles",
        rows: OWN,
        columns: &[
            ("bio", "''"),
            ("city", "NULL"),
            ("city_folded", "NULL"),
            ("region", "NULL"),
            ("region_folded", "NULL"),
            ("availability", "'{}'"),
            ("embedded_with", "NULL"),
            ("stripe_customer_id", "NULL"),
            ("deleted_at", "$2"),
            VERSION,
            UPDATED_AT,
        ],
    },
    // What was paid is told by amounts, and by the provider's ids of it.
    Blanking {
        table: "payments",
        rows: OWN,
        columns: &[("request", "NULL"), ("checkout_url", "NULL")],
    },
    Blanking::deleted("idempotency_keys", OWN),
    // Stored answers of others that show what they wrote to the person, or about them: a reply with its
    // review, a review, a bid. Without its answer each is refused a second time.
    Blanking::deleted(
        "idempotency_keys",
        "user_id IN (SELECT p.user_id FROM tutor_profiles p JOIN tutor_reviews r ON r.tutor_id = p.id \
         WHERE r.student_id = $1) AND body LIKE '%\"author\":%'",
    ),
    Blanking::deleted(
        "idempotency_keys",
        "user_id IN (SELECT r.student_id FROM tutor_reviews r JOIN tutor_profiles p ON p.id = r.tutor_id \
         WHERE p.user_id = $1) AND body LIKE '%\"author\":%'",
    ),
    Blanking::deleted(
        "idempotency_keys",
        "user_id IN (SELECT p.user_id FROM tutor_profiles p JOIN applications a ON a.tutor_id = p.id \
         JOIN orders o ON o.id = a.order_id WHERE o.student_id = $1) AND body LIKE '%\"message\":%'",
    ),
    Blanking::deleted("outbox", OWN),
    Blanking::deleted("notifications", OWN),
    Blanking::deleted("mails", OWN),
    Blanking::deleted("one_time_tokens", OWN),
    Blanking::deleted(
        "refresh_tokens",
        "session_id IN (SELECT id FROM sessions WHERE user_id = $1)",
    ),
    Blanking {
        table: "sessions",
        rows: OWN,
        columns: &[("user_agent", "NULL")],
    },
    Blanking {
        table: "users",
        rows: "id = $1",
        columns: &[
            ("email", "$3"),
            ("password_hash", "NULL"),
            ("first_name", "'—'"),
            ("last_name", "'—'"),
            ("phone", "NULL"),
            ("is_verified", "FALSE"),
            ("deleted_at", "$2"),
            VERSION,
            UPDATED_AT,
        ],
    },
];

/// Whether an erasure empties this column in the rows that are about the person.
#[must_use]
pub fn blanks(table: &str, column: &str) -> bool {
    BLANKED.iter().any(|blanking| {
        let mut columns = blanking.columns.iter();
        blanking.table == table
            && (blanking.columns.is_empty() || columns.any(|(name, _)| *name == column))
    })
}

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

/// Takes everything that the person or others have written out of the rows that are about them, and
/// gives the account an e-mail that is nobody's.
///
/// # Errors
/// The database failed.
pub async fn blank(tx: &Tx, user_id: Uuid, new_email: &str) -> Result<(), StoreError> {
    let executor = tx.executor();
    let values: [Value; 3] = [user_id.into(), tx.now().into(), new_email.into()];
    for blanking in &BLANKED {
        let sql = blanking.sql();
        let used = (1..=values.len()).filter(|n| sql.contains(&format!("${n}")));
        let values = values.iter().take(used.max().unwrap_or(0)).cloned();
        let backend = executor.get_database_backend();
        executor
            .execute_raw(Statement::from_sql_and_values(backend, sql, values))
            .await?;
    }
    Ok(())
}
