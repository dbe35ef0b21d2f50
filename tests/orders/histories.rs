//! Random histories: everything read just before a sweep is read just after it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, id, order_body};

const HISTORIES: u64 = 3;
const ROUNDS: usize = 6;
const STEPS: usize = 6;

/// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }

    fn one_of<'a>(&mut self, among: &'a [String]) -> Option<&'a String> {
        (!among.is_empty()).then(|| &among[self.below(among.len())])
    }
}

/// A small market and all that was made in it.
struct Market {
    app: TestApp,
    students: Vec<Client>,
    tutors: Vec<Client>,
    orders: Vec<String>,
    bids: Vec<String>,
    bookings: Vec<String>,
}

impl Market {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let students = vec![app.student().await, app.student().await];
        let tutors = vec![app.tutor().await.0, app.tutor().await.0];
        Self {
            app,
            students,
            tutors,
            orders: Vec::new(),
            bids: Vec::new(),
            bookings: Vec::new(),
        }
    }

    /// Somebody does something; whether it is allowed is not the question here.
    async fn step(&mut self, dice: &mut Dice) {
        let student = self.students[dice.below(self.students.len())].clone();
        let tutor = self.tutors[dice.below(self.tutors.len())].clone();
        let hours = TimeDelta::hours(i64::try_from(1 + dice.below(60)).unwrap());
        match dice.below(9) {
            0 | 1 => {
                let mut body = order_body();
                body["expires_at"] = json!(self.app.now() + hours);
                let order = student.post("/orders", body).await.expect(201);
                self.orders.push(id(&order));
            }
            2..=4 => {
                let Some(order) = dice.one_of(&self.orders) else {
                    return;
                };
                let body = json!({ "price": 1_000, "message": "Я." });
                let path = format!("/orders/{order}/applications");
                keep(&mut self.bids, &tutor.post(&path, body).await.text);
            }
            5 | 6 => {
                let Some(bid) = dice.one_of(&self.bids) else {
                    return;
                };
                let time = match dice.below(2) {
                    0 => json!({}),
                    _ => json!({ "starts_at": self.app.now() + hours }),
                };
                let path = format!("/applications/{bid}/choose");
                for student in &self.students {
                    let answer = student.post(&path, time.clone()).await;
                    keep(&mut self.bookings, &answer.text);
                }
            }
            7 => {
                if let Some(bid) = dice.one_of(&self.bids) {
                    tutor.delete(&format!("/applications/{bid}")).await;
                }
            }
            _ => {
                if let Some(booking) = dice.one_of(&self.bookings) {
                    let path = format!("/bookings/{booking}/cancel");
                    match dice.below(2) {
                        0 => tutor.act(&path).await,
                        _ => student.act(&path).await,
                    };
                }
            }
        }
    }

    /// Time goes by, and everybody signs in again.
    async fn advance(&mut self, dice: &mut Dice) {
        let minutes = i64::try_from(dice.below(20 * 60)).unwrap();
        self.app.advance(TimeDelta::minutes(minutes));
        for who in self.students.iter_mut().chain(&mut self.tutors) {
            *who = self.app.again(who).await;
        }
    }

    /// Every answer of every read by everybody: status, version and body.
    async fn everything(&self) -> BTreeMap<String, (u16, Option<String>, Value)> {
        let mut paths: Vec<String> = ["/me/orders", "/me/bookings", "/me/applications", "/orders"]
            .map(|list| format!("{list}?limit=100"))
            .into();
        for order in &self.orders {
            for of in ["", "/applications"] {
                paths.push(format!("/orders/{order}{of}"));
            }
        }
        paths.extend(self.bids.iter().map(|id| format!("/applications/{id}")));
        paths.extend(self.bookings.iter().map(|id| format!("/bookings/{id}")));
        let mut everything = BTreeMap::new();
        for (who, client) in self.students.iter().chain(&self.tutors).enumerate() {
            for path in &paths {
                let answer = client.get(path).await;
                let mut body = answer.json();
                if let Some(problem) = body.as_object_mut() {
                    problem.remove("request_id");
                }
                let etag = answer.header("etag").map(str::to_owned);
                everything.insert(format!("{who} {path}"), (answer.status, etag, body));
            }
        }
        everything
    }
}

/// Keeps the id of what was made.
fn keep(ids: &mut Vec<String>, text: &str) {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(id) = body["id"]
        .as_str()
        .filter(|id| !ids.iter().any(|known| known == id))
    {
        ids.push(id.to_owned());
    }
}

#[actix_web::test]
async fn everything_read_just_before_a_sweep_is_read_just_after_it() {
    let mut written = 0;
    for seed in 0..HISTORIES {
        let mut dice = Dice(seed);
        let mut market = Market::new().await;
        for round in 0..ROUNDS {
            for _ in 0..STEPS {
                market.step(&mut dice).await;
            }
            market.advance(&mut dice).await;
            // What nobody has written down piles up over the odd rounds.
            if round % 2 == 1 {
                let before = market.everything().await;
                let scope = market.app.scope();
                written += services::overtaken::sweep(market.app.db(), &scope)
                    .await
                    .unwrap();
                let after = market.everything().await;
                for (read, answer) in &before {
                    assert_eq!(
                        Some(answer),
                        after.get(read),
                        "seed {seed}, round {round}: {read}"
                    );
                }
            }
        }
    }
    assert!(written > 5, "the clock overtook only {written} orders");
}
