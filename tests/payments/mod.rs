//! The money path: checkouts, Stripe's events, and what follows from them.

mod alarms;
mod booking;
mod checkout;
mod closing;
pub mod events;
mod order;
mod parallel;
mod payouts;
mod permutations;
mod premium;
mod reconciling;
mod refund_tries;
mod refunding;
mod replaying;
mod reversals;
mod story;
mod superseded;
mod twice;
mod unpayable;
mod waiting;
mod webhook;

use persistence::{integer_for_tests, ledger, webhook_events};
use serde_json::Value;

use crate::support::TestApp;

/// How many rows a condition holds for: `payments WHERE status = 'pending'`.
async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("SELECT CAST(count(*) AS bigint) FROM {what}");
    integer_for_tests(app.db(), &sql).await.unwrap()
}

/// The balance of every account, having seen that they sum to zero.
async fn balances(app: &TestApp) -> Vec<(String, i64)> {
    let balances = ledger::balances(app.db()).await.unwrap();
    assert_eq!(balances.iter().map(|(_, sum)| sum).sum::<i64>(), 0);
    balances
}

/// What is on record of an event: its outcome, and why it is parked.
async fn record_of(app: &TestApp, event: &Value) -> (String, Option<String>) {
    use domain::text_enum::TextEnum;
    let id = event["id"].as_str().unwrap();
    let record = webhook_events::find(app.db(), id).await.unwrap().unwrap();
    let reason = record.reason.map(|reason| reason.as_str().to_owned());
    (record.outcome.as_str().to_owned(), reason)
}

fn parked(reason: &str) -> (String, Option<String>) {
    ("parked".into(), Some(reason.into()))
}

/// As if the process had died between Stripe's answer and its commit.
async fn forget_sessions(app: &TestApp) {
    let sql = "UPDATE payments SET provider_ref = NULL, checkout_url = NULL";
    persistence::execute_for_tests(app.db(), sql).await.unwrap();
}
