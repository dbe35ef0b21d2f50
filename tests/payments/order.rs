//! Any order, with repeats, comes to the same.

use chrono::{DateTime, TimeDelta, Utc};
use domain::text_enum::TextEnum;
use persistence::{payments, tutors};
use serde_json::Value;
use uuid::Uuid;

use super::events::{Opened, PREMIUM, Shape};
use super::{balances, count};
use crate::support::TestApp;

const ORDERS: i64 = 40;
const DAY_S: i64 = 86_400;

fn life(opened: &Opened) -> Vec<Value> {
    vec![
        opened.completed(),
        opened.first_invoice("invoice.paid"),
        opened.first_invoice("invoice.payment_succeeded"),
        opened.snapshot("created", 0, "active"),
        opened.snapshot("updated", 2, "active"),
        opened.renewal(30),
        opened.snapshot("deleted", 40 * DAY_S, "canceled"),
    ]
}

/// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
fn random_below(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) % u64::try_from(bound).unwrap()).unwrap()
}

fn shuffled_with_repeats(mut events: Vec<Value>, seed: u64) -> Vec<Value> {
    let mut state = seed;
    for _ in 0..4 {
        let repeated = events[random_below(&mut state, events.len())].clone();
        events.push(repeated);
    }
    for last in (1..events.len()).rev() {
        events.swap(last, random_below(&mut state, last + 1));
    }
    events
}

type Outcome = (
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Vec<(String, Option<DateTime<Utc>>)>,
);

/// What a tutor has in the end.
async fn outcome(app: &TestApp, tutor_id: &str) -> Outcome {
    let tutor_id = Uuid::parse_str(tutor_id).unwrap();
    let profile = tutors::find(app.db(), tutor_id).await.unwrap().unwrap();
    let payments = payments::list_of_tutor(app.db(), tutor_id).await.unwrap();
    let mut payments: Vec<_> = payments
        .into_iter()
        .map(|payment| (payment.status.as_str().to_owned(), payment.paid_at))
        .collect();
    payments.sort();
    (profile.premium_until, profile.premium_expires_at, payments)
}

#[actix_web::test]
async fn the_life_of_a_subscription_comes_to_the_same_in_any_order() {
    let app = TestApp::with_stripe().await;
    let at = app.now();
    let days = |days| Some(at + TimeDelta::days(days));
    let paid = |after| ("completed".to_owned(), days(after));
    let expected = (days(40), days(60), vec![paid(0), paid(30)]);
    for seed in 0..ORDERS {
        let (tutor, tutor_id) = app.tutor().await;
        let mut opened = Opened::premium(&app, &tutor, &tutor_id).await;
        if seed % 2 == 0 {
            opened.shape = Shape::Before2025;
        }
        let events = shuffled_with_repeats(life(&opened), u64::try_from(seed).unwrap());
        for event in &events {
            app.deliver(event).await.expect(200);
        }
        let order: Vec<_> = events.iter().map(|event| event["id"].to_string()).collect();
        assert_eq!(outcome(&app, &tutor_id).await, expected, "{order:#?}");
        let taken = 2 * PREMIUM * (seed + 1);
        let booked = [("platform".into(), taken), ("student".into(), -taken)];
        assert_eq!(balances(&app).await, booked, "{order:#?}");
        let parked = "stripe_webhook_events WHERE outcome = 'parked'";
        assert_eq!(count(&app, parked).await, 0, "{order:#?}");
    }
}
