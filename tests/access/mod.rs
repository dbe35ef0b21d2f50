//! Who may do what: the table of `domain::access` against the document, its page and the answers.

mod fields;
mod mass_assignment;
mod matrix;

use std::collections::BTreeSet;

use domain::access::OPERATIONS;

use crate::support::{TestApp, operations, table_lines};

/// What nobody who is refused may have changed.
async fn contents(app: &TestApp) -> Vec<String> {
    let tables = [
        ("users u", "u.email, u.role, u.first_name, u.version"),
        (
            "tutor_profiles t",
            "t.version, t.is_verified, t.hidden_at, t.rating_sum, t.stripe_customer_id",
        ),
        ("orders o", "o.title, o.status, o.version"),
        ("applications a", "a.price_minor, a.status, a.version"),
        ("bookings b", "b.status, b.total_minor, b.version"),
        ("payments p", "p.status, p.amount_minor"),
        ("tutor_reviews r", "r.rating, r.reply"),
        ("sessions s", "s.ended_at"),
        ("audit_events e", "e.action, e.object_id"),
    ];
    table_lines(app.db(), &tables).await
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let rows: BTreeSet<&str> = OPERATIONS.iter().map(|(id, _)| *id).collect();
    let operations: BTreeSet<&str> = operations().iter().map(|o| o.id.as_str()).collect();
    let without_row: Vec<_> = operations.difference(&rows).collect();
    assert!(without_row.is_empty(), "without a row: {without_row:?}");
    let without_operation: Vec<_> = rows.difference(&operations).collect();
    assert!(
        without_operation.is_empty(),
        "without an operation: {without_operation:?}"
    );
}

#[test]
fn the_page_in_the_repository_is_what_the_binary_prints() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept == api::access::page(), "run `just access`");
}
