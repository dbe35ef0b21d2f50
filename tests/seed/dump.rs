//! What a market holds, as lines without ids: two databases with the same lines hold the same.

use persistence::{Db, texts_for_tests};

use crate::support::table_lines;

/// A table, what its rows are found by, and what they say.
const TABLES: [(&str, &str); 13] = [
    (
        "users u",
        "u.email, u.role, u.first_name, u.last_name, u.time_zone, u.locale, u.is_verified, u.version, u.created_at, u.updated_at",
    ),
    (
        "tutor_profiles p JOIN users u ON u.id = p.user_id",
        "u.email, p.bio, p.experience_years, p.hourly_rate_minor, p.currency, p.city, p.city_folded, p.region, \
         p.region_folded, p.time_zone, p.teaches_online, p.teaches_offline, p.availability, p.is_verified, \
         p.rating_sum, p.rating_count, p.rating_milli, p.stripe_customer_id, p.premium_until, p.premium_expires_at, \
         p.premium_active_until, p.created_at, p.hidden_at",
    ),
    (
        "tutor_subjects t JOIN tutor_profiles p ON p.id = t.tutor_id JOIN users u ON u.id = p.user_id \
         JOIN subjects s ON s.id = t.subject_id",
        "u.email, s.slug",
    ),
    (
        "tutor_hours t JOIN tutor_profiles p ON p.id = t.tutor_id JOIN users u ON u.id = p.user_id",
        "u.email, t.weekday, t.start_minute, t.end_minute",
    ),
    (
        "tutor_search t JOIN tutor_profiles p ON p.id = t.tutor_id JOIN users u ON u.id = p.user_id",
        "u.email, t.name_stems, t.subject_stems, t.city_stems, t.bio_stems",
    ),
    (
        "orders o JOIN users u ON u.id = o.student_id JOIN subjects s ON s.id = o.subject_id",
        "u.email, s.slug, o.title, o.description, o.goal, o.budget_min_minor, o.budget_max_minor, o.currency, \
         o.wants_online, o.wants_offline, o.city, o.city_folded, o.region, o.region_folded, o.availability, o.time_zone, o.status, \
         o.expires_at, o.version, o.created_at, o.updated_at",
    ),
    (
        "applications a JOIN orders o ON o.id = a.order_id JOIN tutor_profiles p ON p.id = a.tutor_id \
         JOIN users u ON u.id = p.user_id",
        "o.created_at, o.title, u.email, a.price_minor, a.currency, a.message, a.status, a.version, a.created_at, a.updated_at",
    ),
    (
        "bookings b JOIN orders o ON o.id = b.order_id JOIN users u ON u.id = b.student_id \
         JOIN applications a ON a.id = b.application_id",
        "o.created_at, u.email, a.message, b.status, b.total_minor, b.platform_fee_minor, b.tutor_amount_minor, b.fee_basis_points, \
         b.free_cancellation_hours, b.time_zone, b.starts_at, b.ends_at, b.pending_until, b.confirmed_at, b.completed_at, \
         b.cancelled_at, b.cancelled_by, b.version, b.created_at, b.updated_at",
    ),
    (
        "tutor_reviews r JOIN bookings b ON b.id = r.booking_id JOIN users u ON u.id = r.student_id",
        "b.created_at, u.email, r.rating, r.text, r.reply, r.replied_at, r.created_at",
    ),
    (
        "payments y JOIN users u ON u.id = y.user_id JOIN stripe_customers c ON c.customer_id = y.customer_id",
        "u.email, y.type, y.status, y.amount_minor, y.refunded_minor, y.livemode, y.paid_at, y.version, y.created_at, \
         y.updated_at, y.subscription_id IS NULL, y.expires_at, c.created_at, c.deleted_at",
    ),
    (
        "stripe_webhook_events e",
        "e.type, e.api_version, e.created, e.livemode, e.outcome, e.reason, e.explanation, e.received_at, e.processed_at",
    ),
    (
        "stripe_facts f JOIN payments y ON y.id = f.claimed_payment_id JOIN users u ON u.id = y.user_id",
        "u.email, f.kind, f.created, f.session_id IS NULL, f.subscription_id IS NULL, f.invoice_id IS NULL, f.payment_intent_id IS NULL",
    ),
    (
        "ledger_entries l JOIN ledger_transactions t ON t.id = l.transaction_id JOIN payments y ON y.id = t.payment_id \
         JOIN users u ON u.id = y.user_id",
        "u.email, t.kind, t.at, t.created_at, l.account, l.amount_minor, l.currency",
    ),
];

/// The lines of every table, sorted.
pub(super) async fn dump(db: &Db) -> Vec<String> {
    table_lines(db, &TABLES).await
}

/// Every row of every table that a seed writes to, ids included, the password hash apart.
pub(super) async fn dump_with_ids(db: &Db) -> Vec<String> {
    const IDS: [(&str, &str); 14] = [
        ("seed_runs", "id, source, created_at"),
        ("users", "id, email, seed_run_id"),
        ("tutor_profiles", "id, user_id, seed_run_id"),
        ("tutor_subjects", "tutor_id, subject_id"),
        ("orders", "id, student_id, seed_run_id"),
        ("applications", "id, order_id, tutor_id, seed_run_id"),
        ("bookings", "id, order_id, application_id, seed_run_id"),
        ("tutor_reviews", "id, booking_id, seed_run_id"),
        (
            "payments",
            "id, user_id, provider_ref, customer_id, subscription_id, seed_run_id",
        ),
        ("stripe_customers", "customer_id, user_id"),
        (
            "stripe_webhook_events",
            "id, event_id, payload, seed_run_id",
        ),
        ("stripe_facts", "event_id, claimed_payment_id, fact"),
        ("ledger_transactions", "id, payment_id, kind, reference"),
        ("ledger_entries", "transaction_id, account, amount_minor"),
    ];
    let mut lines = dump(db).await;
    for (table, columns) in IDS {
        let texts: Vec<String> = columns
            .split(',')
            .map(|column| format!("coalesce({}, '-')", as_text(column.trim(), db)))
            .collect();
        let sql = format!(
            "SELECT '{table}: ' || {} FROM {table}",
            texts.join(" || ' | ' || ")
        );
        let mut found = texts_for_tests(db, &sql).await.unwrap();
        found.sort();
        lines.extend(found);
    }
    lines
}

/// SQLite keeps ids as blobs, which only `hex` makes text of.
fn as_text(column: &str, db: &Db) -> String {
    let is_id = (column == "id" || column.ends_with("_id"))
        && !["event_id", "customer_id", "subscription_id"].contains(&column);
    if is_id && !persistence::Reader::is_postgres(db) {
        format!("hex({column})")
    } else {
        format!("CAST({column} AS text)")
    }
}
