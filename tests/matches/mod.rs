//! Matches of an order.

mod background;
mod candidates;
mod edited_meanwhile;
mod egress;
mod hostile;
mod hostile_bios;
mod kept;
mod known_tutors;
mod not_embedded;
mod provider;
mod repeated;
mod result;

use serde_json::Value;

use crate::support::{Client, TestApp};

/// A new verified tutor with that profile.
async fn verified(app: &TestApp, profile: Value) -> (Client, String) {
    let (tutor, id) = app.tutor_with(profile).await;
    app.verify(&id).await;
    (tutor, id)
}

/// The tutors of a result, in its order.
fn tutor_ids(result: &Value) -> Vec<String> {
    let matches = result["matches"].as_array().unwrap();
    let ids = matches
        .iter()
        .map(|m| m["tutor"]["id"].as_str().unwrap().to_owned());
    ids.collect()
}
