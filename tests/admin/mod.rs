//! What administrators do: moderation, events, jobs, the trail of it all.

mod audit;
mod documents;
mod events;
mod jobs;
mod moderation;

use serde_json::Value;

use crate::support::{Client, TestApp};

/// What the trail has of an action, the last first.
async fn trail(admin: &Client, action: &str) -> Vec<Value> {
    let trail = admin.get(&format!("/admin/audit?action={action}")).await;
    trail.expect(200)["items"].as_array().unwrap().clone()
}

async fn count(app: &TestApp, from: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {from}");
    persistence::integer_for_tests(app.db(), &sql)
        .await
        .unwrap()
}
