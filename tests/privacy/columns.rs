//! No column of text is forgotten by the erasure: it empties each of them, or there is a reason why
//! that column can hold nothing of a person.

use std::collections::BTreeSet;

use persistence::{Reader, erasure, schema_for_tests};

use super::columns;
use crate::support::TestApp;

/// Columns that an erasure leaves, and why it may; `*` is all of a table's. A new column of text
/// belongs into `persistence::erasure`, and only if nobody can write to it, here.
const LEFT: [(&str, &[&str]); 10] = [
    (
        "the schema's and the catalogue's own, the same for everybody",
        &["seaql_migrations *", "subjects *", "seed_runs *"],
    ),
    (
        "one of the world's time zones: what the two agreed on is kept in it",
        &[
            "users time_zone",
            "orders time_zone",
            "tutor_profiles time_zone",
            "bookings time_zone",
        ],
    ),
    (
        "triggers empty it with the profile",
        &["tutor_candidates *"],
    ),
    (
        "vectors of texts by their hash, of nobody, and gone after 30 days",
        &["embedding_cache model"],
    ),
    (
        "one of a few words of ours or of Stripe's",
        &[
            "consents kind",
            "consents text_version",
            "tutor_profiles premium_status",
            "stripe_webhook_events type",
            "stripe_webhook_events api_version",
            "stripe_webhook_events explanation",
            "stripe_webhook_failures type",
            "ledger_transactions reference",
        ],
    ),
    (
        "an operator's note about an event, which names no one",
        &["stripe_webhook_events resolution"],
    ),
    (
        "our own words about a failure, without what it was about",
        &["refunds last_error", "stripe_webhook_failures last_error"],
    ),
    (
        "Stripe's objects by their ids, which the ledger's facts hang on; what Stripe says of a \
         person is masked before it is stored",
        &[
            "stripe_customers customer_id",
            "payments provider_ref",
            "payments customer_id",
            "payments subscription_id",
            "payments payment_intent_id",
            "payments idempotency_key",
            "refunds provider_ref",
            "stripe_facts *",
            "stripe_webhook_events event_id",
            "stripe_webhook_events payload",
            "stripe_webhook_failures event_id",
        ],
    ),
    (
        "the trail, which nobody may change: ids, states and amounts",
        &["audit_events *"],
    ),
    (
        "ids of rows, and our own words about a failure",
        &["jobs *"],
    ),
];

/// Whether the schema itself says which words a column may hold.
fn is_one_of_a_list(schema: &[String], table: &str, column: &str) -> bool {
    let of_table = [
        format!("table {table} "),
        format!("constraint {table} CONSTRAINT"),
    ];
    let lists = [
        format!("CHECK ({column} IN ('"),
        format!("CHECK ({column} = '"),
        format!("CHECK (({column} = ANY (ARRAY['"),
        format!("CHECK (({column} = '"),
    ];
    schema.iter().any(|line| {
        of_table.iter().any(|start| line.starts_with(start))
            && lists.iter().any(|list| line.contains(list))
    })
}

/// SQLite keeps times as text; PostgreSQL tells them apart.
fn is_a_time(column: &str) -> bool {
    let named = ["at", "since", "created", "premium_until"];
    column.ends_with("_at") || column.ends_with("_until") || named.contains(&column)
}

/// The columns of text that neither the erasure nor the schema takes care of.
async fn left(app: &TestApp) -> BTreeSet<(String, String)> {
    let schema = schema_for_tests(app.db()).await.unwrap();
    let is_sqlite = !app.db().is_postgres();
    let mut left: BTreeSet<_> = columns(app).await.into_iter().collect();
    left.retain(|(table, column)| {
        let is_covered = erasure::blanks(table, column)
            || is_one_of_a_list(&schema, table, column)
            || (is_sqlite && is_a_time(column));
        !is_covered
    });
    left
}

fn exceptions() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = LEFT.iter().flat_map(|(_, columns)| columns.iter());
    all.map(|column| column.split_once(' ').unwrap())
}

fn covers((table, column): (&str, &str), of: &(String, String)) -> bool {
    table == of.0 && (column == "*" || column == of.1)
}

#[actix_web::test]
async fn every_column_of_text_is_emptied_or_says_why_not() {
    let app = TestApp::new().await;
    let mut forgotten = left(&app).await;
    forgotten.retain(|column| !exceptions().any(|exception| covers(exception, column)));
    assert_eq!(forgotten, BTreeSet::new());
}

#[actix_web::test]
async fn a_new_column_of_text_is_noticed() {
    let app = TestApp::new().await;
    let before = left(&app).await;
    let sql = "ALTER TABLE tutor_profiles ADD COLUMN nickname text";
    persistence::execute_for_tests(app.db(), sql).await.unwrap();
    let mut new = left(&app).await;
    new.retain(|column| !before.contains(column));
    let nickname = ("tutor_profiles".to_owned(), "nickname".to_owned());
    assert_eq!(new, BTreeSet::from([nickname]));
}

/// An exception that outlives its column would cover the next one of that name.
#[actix_web::test]
async fn no_exception_is_made_for_a_column_that_needs_none() {
    let app = TestApp::new().await;
    let left = left(&app).await;
    for exception in exceptions() {
        let is_needed = left.iter().any(|column| covers(exception, column));
        assert!(is_needed, "{exception:?}");
    }
}
