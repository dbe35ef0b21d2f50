//! What a student gets, and when, whatever the provider of models does.

use std::time::Duration;

use chrono::TimeDelta;
use openai_fake::{Fault, OpenAiFake, Operation, Ranking};
use persistence::orders;
use serde_json::{Value, json};
use services::clock::Clock;
use services::matching::{self, Wanted};
use uuid::Uuid;

use super::{tutor_ids, verified};
use crate::support::{Client, TestApp, as_time_passes, profile_body, start_openai};

/// A market whose tutors are embedded, and a student with an order.
pub struct Market {
    pub app: TestApp,
    pub fake: OpenAiFake,
    pub student: Client,
    pub order: String,
}

impl Market {
    pub async fn of(tutors: usize) -> Self {
        let fake = start_openai().await;
        let app = TestApp::with_models(&fake.base_url()).await;
        Self::open(app, fake, tutors).await
    }

    async fn open(app: TestApp, fake: OpenAiFake, tutors: usize) -> Self {
        for i in 0..tutors {
            let mut profile = profile_body();
            profile["bio"] = json!(format!(
                "Репетитор номер {i}. Готовлю к ЕГЭ, люблю геометрию."
            ));
            profile["hourly_rate"] = json!(100_000 + 1_000 * i);
            verified(&app, profile).await;
        }
        as_time_passes(&app.clock, &fake, app.run_jobs()).await;
        let student = app.student().await;
        let order = app.order(&student).await;
        fake.forget();
        Self {
            app,
            fake,
            student,
            order,
        }
    }

    pub async fn match_with(&self, body: Value) -> Value {
        let path = format!("/orders/{}/matches", self.order);
        let call = self.student.post(&path, body);
        let answer = as_time_passes(&self.app.clock, &self.fake, call).await;
        answer.expect(200)
    }

    pub async fn match_now(&self) -> Value {
        self.match_with(json!({})).await
    }

    /// How many requests of each kind came since the last look.
    pub fn seen(&self) -> (usize, usize) {
        let requests = self.fake.requests();
        self.fake.forget();
        let count = |operation| requests.iter().filter(|r| r.operation == operation).count();
        (count(Operation::Embeddings), count(Operation::Chat))
    }
}

/// What an answer says of how it was made.
pub fn made(answer: &Value) -> (String, Vec<String>) {
    let degraded = answer["degraded"].as_array().unwrap().iter();
    let degraded = degraded.map(|reason| reason.as_str().unwrap().to_owned());
    let engine = answer["engine"].as_str().unwrap().to_owned();
    (engine, degraded.collect())
}

pub fn by(engine: &str, degraded: &[&str]) -> (String, Vec<String>) {
    let degraded = degraded.iter().map(|reason| (*reason).to_owned());
    (engine.to_owned(), degraded.collect())
}

pub fn status(status: u16, retry_after: Option<&str>, code: Option<&str>) -> Fault {
    Fault::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
        code: code.map(str::to_owned),
    }
}

#[actix_web::test]
async fn with_a_provider_a_match_is_the_models_and_costs_two_calls_however_many_tutors() {
    for tutors in [2, 30] {
        let market = Market::of(tutors).await;
        let answer = market.match_now().await;
        assert_eq!(made(&answer), by("llm", &[]));
        assert_eq!(market.seen(), (1, 1), "{tutors} tutors");
        // The order's vector is kept.
        market.match_now().await;
        assert_eq!(market.seen(), (0, 1), "{tutors} tutors");
    }
}

#[actix_web::test]
async fn without_a_provider_nobody_is_asked_and_the_rules_answer() {
    let app = TestApp::new().await;
    verified(&app, profile_body()).await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let answer = student.act(&format!("/orders/{order}/matches")).await;
    assert_eq!(
        made(&answer.expect(200)),
        by("rules", &["openai_not_configured"])
    );
}

/// What the provider does; what the answer says of it; how many requests for an embedding and for a
/// ranking came; at which millisecond it was over.
type Promise = (
    Fault,
    Option<u32>,
    (String, Vec<String>),
    (usize, usize),
    i64,
);

fn promises() -> Vec<Promise> {
    let rules = |why| by("rules", &[why]);
    vec![
        (Fault::Hang, None, rules("openai_timeout"), (2, 0), 950),
        (Fault::Silent, None, rules("openai_timeout"), (0, 0), 950),
        (Fault::Drip, None, rules("openai_timeout"), (2, 0), 950),
        (Fault::Reset, None, rules("openai_unavailable"), (3, 0), 48),
        (Fault::Refuse, None, rules("openai_unavailable"), (0, 0), 48),
        (
            status(429, Some("5"), None),
            None,
            rules("openai_rate_limited"),
            (1, 0),
            0,
        ),
        (
            status(429, None, Some("insufficient_quota")),
            None,
            rules("openai_rate_limited"),
            (1, 0),
            0,
        ),
        (
            status(500, None, None),
            None,
            rules("openai_unavailable"),
            (3, 0),
            48,
        ),
        (status(503, None, None), Some(1), by("llm", &[]), (2, 1), 15),
        (
            status(401, None, None),
            None,
            rules("openai_auth"),
            (1, 0),
            0,
        ),
        // A bad reply tells nothing of the next one.
        (
            Fault::Garbage,
            Some(1),
            by("llm", &["openai_bad_reply"]),
            (1, 1),
            0,
        ),
        (Fault::Garbage, None, rules("openai_bad_reply"), (1, 1), 0),
    ]
}

#[actix_web::test]
async fn whatever_the_provider_does_the_answer_comes_in_time_and_says_how_it_was_made() {
    for tutors in [1, 3] {
        for (fault, times, how, requests, elapsed) in promises() {
            if tutors == 1 && how.0 == "llm" {
                continue; // There is nothing to rank.
            }
            let market = Market::of(tutors).await;
            let failing = match times {
                Some(times) => market.fake.fail_next(times, fault.clone(), None).await,
                None => market.fake.fail(fault.clone(), None).await,
            };
            failing.unwrap();
            let answer = market.match_now().await;
            assert_eq!(made(&answer), how, "{fault:?}");
            if !(tutors == 1 && fault == Fault::Garbage) {
                assert_eq!(market.seen(), requests, "{fault:?}");
            }
            assert_eq!(answer["elapsed_ms"], elapsed, "{fault:?}");
            assert_eq!(answer["matches"].as_array().unwrap().len(), tutors);
        }
    }
}

#[actix_web::test]
async fn no_address_for_the_provider_is_no_reason_not_to_answer() {
    let fake = start_openai().await;
    let app = TestApp::with_models("http://openai.invalid/v1").await;
    let market = Market::open(app, fake, 2).await;
    let answer = market.match_now().await;
    // The tutors could not be embedded either, so the circuit may be open by now.
    assert_eq!(answer["engine"], "rules");
    assert_eq!(answer["matches"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn outside_work_ends_fifty_milliseconds_before_any_budget() {
    for budget in [51, 99, 100, 300, 1_000, 5_000] {
        let market = Market::of(2).await;
        market.fake.fail(Fault::Hang, None).await.unwrap();
        let answer = market.match_with(json!({ "budget_ms": budget })).await;
        // Less than 50 ms are no time for a call; three calls of 700 ms and two pauses are over earlier.
        let (ends, why) = match budget {
            0..100 => (0, "deadline"),
            5_000 => (3 * 700 + 48, "openai_timeout"),
            _ => (budget - 50, "openai_timeout"),
        };
        assert_eq!(answer["elapsed_ms"], ends, "{budget}");
        assert_eq!(made(&answer), by("rules", &[why]), "{budget}");
    }
}

#[actix_web::test]
async fn a_ranking_that_hangs_leaves_the_order_by_meaning() {
    let market = Market::of(3).await;
    let whole = market.match_now().await;
    let chat = Some(Operation::Chat);
    market.fake.fail(Fault::Hang, chat).await.unwrap();
    let answer = market.match_now().await;
    assert_eq!(made(&answer), by("semantic", &["openai_timeout"]));
    assert_eq!(answer["elapsed_ms"], 950);
    let score = |answer: &Value| answer["matches"][0]["score"].clone();
    let best = answer["matches"].as_array().unwrap().first().unwrap();
    assert_eq!(best["rank"], 1);
    assert!(score(&answer).as_f64() >= score(&whole).as_f64());
}

#[actix_web::test]
async fn a_dead_provider_is_left_alone_and_found_again() {
    let market = Market::of(2).await;
    market
        .fake
        .fail(status(500, None, None), None)
        .await
        .unwrap();
    market.match_now().await;
    market.match_now().await;
    // Four failures beside the good call by which the tutors were embedded.
    assert_eq!(market.seen(), (4, 0));
    let answer = market.match_now().await;
    assert_eq!(made(&answer), by("rules", &["circuit_open"]));
    assert_eq!((market.seen(), &answer["elapsed_ms"]), ((0, 0), &json!(0)));
    market.fake.behave().await.unwrap();
    market.app.advance(TimeDelta::seconds(5));
    assert_eq!(made(&market.match_now().await), by("llm", &[]));
}

#[actix_web::test]
async fn a_wish_moves_nobody_more_than_three_places_and_no_score() {
    let market = Market::of(20).await;
    let honest = {
        let chat = Some(Operation::Chat);
        market
            .fake
            .fail(status(400, None, None), chat)
            .await
            .unwrap();
        let answer = market.match_with(json!({ "limit": 20 })).await;
        assert_eq!(answer["engine"], "semantic");
        market.fake.behave().await.unwrap();
        answer
    };
    market.fake.set_ranking(Ranking::Reversed);
    let wished = market.match_with(json!({ "limit": 20 })).await;
    assert_eq!(made(&wished), by("llm", &[]));
    let (before, after) = (tutor_ids(&honest), tutor_ids(&wished));
    assert_ne!(before, after);
    for (place, id) in after.iter().enumerate() {
        let old = before.iter().position(|before| before == id).unwrap();
        assert!(old.abs_diff(place) <= 3, "{old} → {place}");
        assert_eq!(
            wished["matches"][place]["score"],
            honest["matches"][old]["score"]
        );
        assert_eq!(wished["matches"][place]["rank"], place + 1);
    }
}

#[actix_web::test]
async fn a_hundred_who_match_at_once_embed_the_order_once() {
    let market = Market::of(2).await;
    let path = format!("/orders/{}/matches", market.order);
    let calls = (0..100).map(|_| market.student.post(&path, json!({ "budget_ms": 5_000 })));
    let calls = futures_util::future::join_all(calls);
    let answers = as_time_passes(&market.app.clock, &market.fake, calls).await;
    for answer in answers {
        assert_eq!(made(&answer.expect(200)).0, "llm");
    }
    assert_eq!(market.seen().0, 1);
}

#[actix_web::test]
async fn the_time_that_a_request_has_waited_is_part_of_its_budget() {
    let market = Market::of(2).await;
    market.fake.fail(Fault::Hang, None).await.unwrap();
    let app = &market.app;
    let order = Uuid::parse_str(&market.order).unwrap();
    let order = orders::find(app.db(), order, app.now())
        .await
        .unwrap()
        .unwrap();
    let wanted = Wanted {
        limit: 3,
        arrived: app.clock.instant(),
        budget: Duration::from_millis(1_000),
    };
    app.advance(TimeDelta::milliseconds(600));
    let scope = app.scope();
    let work = matching::compute(app.tools(), &scope, &order, wanted);
    let matches = as_time_passes(&app.clock, &market.fake, work)
        .await
        .unwrap();
    assert_eq!(matches.elapsed_ms, 950);
    assert_eq!(market.seen(), (1, 0));
}

#[actix_web::test]
async fn students_whose_orders_a_model_declines_leave_it_to_the_others() {
    let market = Market::of(2).await;
    market.fake.set_ranking(Ranking::Refusal);
    for _ in 0..10 {
        let answer = market.match_now().await;
        assert_eq!(made(&answer), by("semantic", &["openai_bad_reply"]));
    }
    market.fake.set_ranking(Ranking::Honest);
    assert_eq!(made(&market.match_now().await), by("llm", &[]));
}

#[actix_web::test]
async fn two_hundred_candidates_are_matched_in_the_same_time() {
    let market = Market::of(200).await;
    market.fake.fail(Fault::Hang, None).await.unwrap();
    let answer = market.match_now().await;
    assert_eq!(made(&answer), by("rules", &["openai_timeout"]));
    assert_eq!(answer["elapsed_ms"], 950);
    assert_eq!(market.seen(), (2, 0));
}
