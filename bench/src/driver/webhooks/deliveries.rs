//! The events of one purchase, as the fake tells them of a checkout that the server opened, and the
//! same of as many others as one likes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::Utc;
use serde_json::{Value, json};
use stripe_fake::{StripeFake, sign};

use crate::connection::{Call, Connection};
use crate::load::{self, Slice, Until};
use crate::webhooks::customers::Range;

/// Stands for a purchase's number; no JSON holds it.
const NUMBER: char = '\u{1}';
/// Events of so many purchases are told in turns, so that no two of one are told at the same time.
const INTERLEAVED: u64 = 64;

/// A purchase of premium and all that is told of it.
pub struct Purchase {
    pub session_id: String,
    pub payment_id: String,
    /// What its ids become in a copy: the same stem, and then the copy's number.
    stems: BTreeMap<String, String>,
    /// Bodies, in the order in which Stripe tells them, with [`NUMBER`] in their ids.
    bodies: Vec<String>,
    webhook_secret: &'static str,
}

impl Purchase {
    /// A new tutor buys premium.
    pub async fn make(
        server: SocketAddr,
        stripe: &StripeFake,
        webhook_secret: &'static str,
    ) -> Result<Self> {
        let mut connection = Connection::open(server).await?;
        let account = json!({
            "email": "tutor@example.org", "password": "сова-и-лампа", "role": "tutor",
            "first_name": "Анна", "last_name": "Иванова",
        });
        let registered = connection
            .json(&Call::post("/auth/register", account.to_string()))
            .await?;
        let token = text(&registered, "/access_token")?;
        let profile = json!({
            "bio": "Готовлю к ЕГЭ по математике.", "experience_years": 7, "hourly_rate": 150_000,
            "subjects": ["matematika"], "time_zone": "Europe/Moscow", "formats": ["online"],
            "availability": {},
        });
        let profile = Call::post("/me/tutor-profile", profile.to_string()).by(&token);
        connection.succeed(&profile).await?;
        let checkout = json!({ "type": "premium" }).to_string();
        let opened = connection
            .json(&Call::post("/payments/checkout", checkout).by(&token))
            .await?;
        let session_id = text(&opened, "/session_id")?;
        let before = stripe.events().len();
        stripe.pay(&session_id).await?;
        let events: Vec<Value> = stripe.events().split_off(before);
        ensure!(!events.is_empty(), "Stripe has nothing to tell");
        let mut purchase = Self {
            session_id,
            payment_id: text(&opened, "/payment_id")?,
            stems: BTreeMap::new(),
            bodies: events.iter().map(Value::to_string).collect(),
            webhook_secret,
        };
        for event in &events {
            purchase.name_all(event);
        }
        Ok(purchase)
    }

    /// How many events a purchase has.
    pub fn events(&self) -> usize {
        self.bodies.len()
    }

    /// Gives every id of Stripe's within the value a stem.
    fn name_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                let prefix = text.split('_').next().unwrap_or_default();
                let is_id = text.len() > prefix.len() + 10
                    && !text.contains(['.', ' ', '/'])
                    && prefix.len() <= 4
                    && text.contains('_')
                    && text.chars().any(|c| c.is_ascii_digit());
                if is_id && !self.stems.contains_key(text) {
                    let stem = format!("{prefix}_b{}x", self.stems.len());
                    self.call(text, stem);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.name_all(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.name_all(field)),
            _ => {}
        }
    }

    /// Lets an id be this stem and the number in copies.
    pub fn call(&mut self, id: &str, stem: String) {
        for body in &mut self.bodies {
            *body = body.replace(id, &format!("{stem}{NUMBER}"));
        }
        self.stems.insert(id.to_owned(), stem);
    }

    /// What an id becomes in copies, less the number.
    pub fn stem(&self, id: &str) -> Result<&str> {
        let stem = self.stems.get(id).map(String::as_str);
        stem.with_context(|| format!("{id} is in no event"))
    }

    /// The deliveries of one copy, signed now.
    pub fn calls(&self, number: u64) -> Vec<Call> {
        self.bodies
            .iter()
            .map(|body| self.call_of(body, number))
            .collect()
    }

    fn call_of(&self, body: &str, number: u64) -> Call {
        let body = body.replace(NUMBER, &number.to_string());
        let signature = sign(self.webhook_secret, Utc::now().timestamp(), &body);
        Call::post("/payments/webhook", body).with("stripe-signature", signature)
    }

    /// Delivers what is told of these copies to all servers at once, for so long.
    pub async fn deliver(
        &self,
        servers: &[SocketAddr],
        range: Range,
        lasting: Duration,
    ) -> Result<Slice> {
        let mut calls = Vec::new();
        let mut from = range.first;
        while from < range.end {
            let to = range.end.min(from + INTERLEAVED);
            for body in &self.bodies {
                calls.extend((from..to).map(|number| self.call_of(body, number)));
            }
            from = to;
        }
        let slice = load::run_on(servers, &calls, Until::Elapsed(lasting)).await?;
        // From there on they would be repeats, which cost next to nothing.
        ensure!(
            slice.latencies.len() < calls.len(),
            "{} deliveries were too few: raise --purchases",
            calls.len()
        );
        Ok(slice)
    }
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    Ok(text.with_context(|| format!("no {pointer}"))?.to_owned())
}
