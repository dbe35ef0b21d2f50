//! What has effects: Stripe's events, and matches. Nothing to compare with, so only measured.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::Utc;
use serde_json::{Value, json};
use stripe_fake::{StripeFake, sign};

use crate::connection::{Call, Connection};
use crate::load::{self, Slice, Until, percentile};
use crate::market::Market;
use crate::server::Server;

pub struct Written {
    pub name: &'static str,
    pub count: usize,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Written {
    fn of(name: &'static str, slice: Slice) -> Self {
        let per_second = slice.per_second();
        let mut latencies = slice.latencies;
        latencies.sort();
        Self {
            name,
            count: latencies.len(),
            per_second,
            p50: percentile(&latencies, 50),
            p99: percentile(&latencies, 99),
        }
    }
}

/// Tutors buy premium, and Stripe tells of it: every event of theirs once, and then again.
pub async fn webhooks(
    server: &Server,
    market: &Market,
    stripe: &StripeFake,
    webhook_secret: &str,
    buyers: i64,
) -> Result<[Written; 2]> {
    let mut connection = Connection::open(server.address).await?;
    for email in market.unpaid_tutors(buyers).await? {
        let tutor = market.sign_in(&mut connection, &email).await?;
        let body = json!({ "type": "premium" }).to_string();
        let checkout = Call::post("/payments/checkout", body).by(&tutor.access_token);
        let opened = connection.json(&checkout).await?;
        let session = opened.get("session_id").and_then(Value::as_str);
        stripe.pay(session.context("no session")?).await?;
    }
    let deliveries: Vec<Call> = stripe
        .events()
        .iter()
        .map(|event| delivery(event, webhook_secret))
        .collect();
    ensure!(!deliveries.is_empty(), "Stripe has nothing to tell");
    let first = load::run(server.address, &deliveries, Until::AllSent).await?;
    let again = load::run(server.address, &deliveries, Until::AllSent).await?;
    Ok([
        Written::of("webhook, new events", first),
        Written::of("webhook, the same again", again),
    ])
}

fn delivery(event: &Value, webhook_secret: &str) -> Call {
    let body = event.to_string();
    let signature = sign(webhook_secret, Utc::now().timestamp(), &body);
    Call::post("/payments/webhook", body).with("stripe-signature", signature)
}

/// Students have their orders matched by rules.
pub async fn matches(
    server: &Server,
    market: &Market,
    students: i64,
    lasting: Duration,
) -> Result<Written> {
    let mut connection = Connection::open(server.address).await?;
    let mut calls = Vec::new();
    for (order, email) in market.open_orders(students).await? {
        let student = market.sign_in(&mut connection, &email).await?;
        let path = format!("/orders/{order}/matches");
        calls.push(Call::post(path, "{}").by(&student.access_token));
    }
    let matched = connection.json(calls.first().context("no order")?).await?;
    let places = matched.get("matches").and_then(Value::as_array);
    ensure!(places.is_some(), "a match has no places: {matched}");
    let slice = load::run(server.address, &calls, Until::Elapsed(lasting)).await?;
    Ok(Written::of("matches by rules", slice))
}
