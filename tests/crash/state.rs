//! Everything that a story has left behind, as lines without ids and times: two databases with the
//! same lines hold the same, and a line more is something that was done twice.

use persistence::{Db, ledger};

use crate::support::table_lines;

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
    let lines = table_lines(db, &TABLES).await;
    let balances = ledger::balances(db).await.unwrap();
    let sum: i64 = balances.iter().map(|(_, balance)| balance).sum();
    assert_eq!(sum, 0, "the ledger is out of balance: {balances:?}");
    let faults = ledger::list_faults(db).await.unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    lines
}
