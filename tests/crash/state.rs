//! Everything that a story has left behind, as lines without ids and times: two databases with the
//! same lines hold the same, and a line more is something that was done twice.

use persistence::{Db, integer_for_tests, ledger, texts_for_tests};

/// A table, and what its rows say.
const TABLES: [(&str, &str); 15] = [
    ("orders o", "o.status, o.version"),
    ("applications a", "a.price_minor, a.status, a.version"),
    (
        "bookings b",
        "b.status, b.total_minor, b.platform_fee_minor, b.tutor_amount_minor, b.confirmed_at IS NULL, \
         b.cancelled_at IS NULL, b.cancelled_by, b.version",
    ),
    (
        "payments p",
        "p.type, p.status, p.amount_minor, p.refunded_minor, p.provider_ref IS NULL, p.customer_id IS NULL, \
         p.subscription_id IS NULL, p.checkout_url IS NULL, p.paid_at IS NULL, p.version",
    ),
    ("stripe_customers c", "c.deleted_at IS NULL"),
    (
        "tutor_profiles t",
        "t.stripe_customer_id IS NULL, t.premium_until IS NULL, t.premium_expires_at IS NULL, t.version",
    ),
    (
        "stripe_webhook_events e",
        // Of two that say the same in one second either is the newer one.
        "e.type, CASE e.outcome WHEN 'stale' THEN 'applied' ELSE e.outcome END, e.reason, e.explanation",
    ),
    ("stripe_facts f", "f.kind"),
    ("stripe_webhook_failures f", "f.type, f.last_error"),
    ("refunds r", "r.reason, r.amount_minor, r.status"),
    (
        "ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id",
        "t.kind, e.account, e.amount_minor, e.currency",
    ),
    ("payouts p", "p.amount_minor, p.status"),
    (
        "audit_events a",
        "a.actor_kind, a.action, a.object_type, a.before IS NULL, a.after IS NULL",
    ),
    ("outbox o", "o.type"),
    ("idempotency_keys k", "k.status, k.body IS NULL, k.etag"),
];

/// The lines of every table, sorted; those of the ledger sum to zero.
pub async fn lines(db: &Db) -> Vec<String> {
    let mut lines = Vec::new();
    for (tables, columns) in TABLES {
        let texts: Vec<String> = columns
            .split(',')
            .map(|column| format!("coalesce(CAST({} AS text), '-')", column.trim()))
            .collect();
        let (name, _) = tables.split_once(' ').unwrap();
        let line = texts.join(" || ' | ' || ");
        let sql = format!("SELECT '{name}: ' || {line} FROM {tables}");
        let mut found = texts_for_tests(db, &sql).await.unwrap();
        found.sort();
        lines.extend(found);
    }
    let balances = ledger::balances(db).await.unwrap();
    let sum: i64 = balances.iter().map(|(_, balance)| balance).sum();
    assert_eq!(sum, 0, "the ledger is out of balance: {balances:?}");
    assert_eq!(unbalanced(db).await, 0, "a ledger transaction is");
    lines
}

/// How many ledger transactions don't sum to zero, or have no entries.
pub async fn unbalanced(db: &Db) -> i64 {
    let sql = "SELECT CAST(count(*) AS bigint) FROM (SELECT t.id FROM ledger_transactions t \
         LEFT JOIN ledger_entries e ON e.transaction_id = t.id \
         GROUP BY t.id HAVING coalesce(sum(e.amount_minor), 1) <> 0) AS off";
    integer_for_tests(db, sql).await.unwrap()
}
