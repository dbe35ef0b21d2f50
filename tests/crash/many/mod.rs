//! Many servers, many customers, every event several times, and servers that die all the time: what
//! is in the database in the end is what a plain model says.

mod customers;
mod fleet;
mod lives;
mod model;
mod tale;

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, SubsecRound, Utc};
use domain::payment::PaymentStatus;
use domain::text_enum::TextEnum;
use persistence::{Actor, Db, Reader, Scope};
use persistence::{bookings, integer_for_tests, ledger, payments, tutors, webhook_events};
use serde_json::Value;
use services::webhooks;

use super::world::World;
use customers::Customers;
use fleet::{EVENTS, TIMES, storm};
use model::{Kept, Premium};
use tale::{ComesTo, Outcome, Tale};

/// How many customers there are; a full storm is 500 of them, ten events each.
const CUSTOMERS: &str = "STORM_CUSTOMERS";
const SEED: &str = "STORM_SEED";

fn number(name: &str, default: usize) -> usize {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text}")),
        Err(_) => default,
    }
}

#[actix_web::test]
async fn a_storm_of_deliveries_and_deaths_comes_to_what_the_model_says() {
    let world = World::new().await;
    let db = world.db();
    if !db.is_postgres() {
        println!("several servers share a PostgreSQL; set TEST_POSTGRES_URL");
        return;
    }
    let (count, seed) = (number(CUSTOMERS, 100), number(SEED, 7));
    let now = Utc::now().trunc_subsecs(0);
    let mut customers = Customers::new(db, now).await;
    let tales: Vec<Tale> = (0..count)
        .map(|number| lives::tale(number, &mut customers, now))
        .collect();
    customers.write(db).await;
    let told: Vec<&(Value, ComesTo)> = tales.iter().flat_map(|tale| &tale.events).collect();
    let events: Vec<Value> = told.iter().map(|(event, _)| event.clone()).collect();
    assert_eq!(events.len(), count * EVENTS);

    let began = Instant::now();
    let storm = storm(&world, &events, seed as u64).await;
    let took = began.elapsed();
    // What a server does once a minute for events that wait for a missing piece.
    let scope = Scope::new(Utc::now(), Actor::Job);
    let healed = webhooks::settle_waiting(db, &scope).await.unwrap();
    println!(
        "{count} customers, {} events, {TIMES} times each, in {took:.1?} ({:.0} a second); {} servers killed; \
         not answered 2xx: {:?}; healed afterwards: {healed}; seed {seed}",
        events.len(),
        (events.len() * TIMES) as f64 / took.as_secs_f64(),
        storm.deaths,
        storm.refused,
    );

    let twice = storm.effects.iter().filter(|effects| **effects > 1).count();
    assert_eq!(twice, 0, "events were answered as new more than once");
    events_are_as_told(db, &told).await;
    for tale in &tales {
        payments_are_as_told(db, tale).await;
        premium_is_as_told(db, tale).await;
        bookings_are_as_told(db, tale).await;
    }
    the_ledger_is_as_told(db, &tales).await;
}

async fn count(db: &Db, what: &str) -> i64 {
    let sql = format!("SELECT CAST(count(*) AS bigint) FROM {what}");
    integer_for_tests(db, &sql).await.unwrap()
}

async fn events_are_as_told(db: &Db, told: &[&(Value, ComesTo)]) {
    assert_eq!(count(db, "stripe_webhook_events").await, told.len() as i64);
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for (event, comes_to) in told {
        let id = event["id"].as_str().unwrap();
        let kept = webhook_events::find(db, id).await.unwrap().unwrap();
        let reason = kept.reason.map(|reason| reason.as_str());
        let found = match (kept.outcome.as_str(), reason) {
            ("applied" | "stale", None) => ComesTo::Counted,
            ("ignored", None) => ComesTo::Ignored,
            ("parked", Some(reason)) => ComesTo::Parked(reason),
            other => panic!("{id} is {other:?}"),
        };
        assert_eq!(&found, comes_to, "{id}: {:?}", kept.explanation);
        *tally.entry(format!("{found:?}")).or_default() += 1;
    }
    println!("events: {tally:?}");
}

async fn payments_are_as_told(db: &Db, tale: &Tale) {
    let mut found = Vec::new();
    if let Some(tutor_id) = tale.tutor_id {
        found.extend(payments::list_of_tutor(db, tutor_id).await.unwrap());
    }
    for booking_id in tale.checkouts.iter().filter_map(|it| it.booking_id) {
        found.extend(payments::list_of_booking(db, booking_id).await.unwrap());
    }
    let mut found: Vec<Kept> = found
        .into_iter()
        .map(|payment| {
            let known_by = payment.provider_ref.unwrap();
            let (status, amount) = (*payment.status, payment.amount_minor);
            (known_by, status, amount, payment.paid_at)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(found, model::payments(tale), "{}", tale.name);
}

async fn premium_is_as_told(db: &Db, tale: &Tale) {
    let Some(tutor_id) = tale.tutor_id else {
        return;
    };
    let profile = tutors::find(db, tutor_id).await.unwrap().unwrap();
    let found = Premium {
        until: profile.premium_until,
        expires_at: profile.premium_expires_at,
        active_until: profile.premium_active_until,
    };
    assert_eq!(found, model::premium(tale), "{}", tale.name);
}

async fn bookings_are_as_told(db: &Db, tale: &Tale) {
    for checkout in &tale.checkouts {
        let Some(booking_id) = checkout.booking_id else {
            continue;
        };
        let now: DateTime<Utc> = Utc::now();
        let booking = bookings::find(db, booking_id, now).await.unwrap().unwrap();
        let expected = match checkout.status {
            PaymentStatus::Completed => "confirmed",
            _ => "pending",
        };
        assert_eq!(booking.status.as_str(), expected, "{}", tale.name);
    }
}

async fn the_ledger_is_as_told(db: &Db, tales: &[Tale]) {
    let balances = ledger::balances(db).await.unwrap();
    let found: BTreeMap<String, i64> = balances.into_iter().collect();
    println!("ledger: {found:?}");
    assert_eq!(found, model::ledger(tales));
    let faults = persistence::ledger::list_faults(db).await.unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    let payments = tales.iter().flat_map(model::payments);
    let paid = payments.filter(|(_, status, _, _)| *status == PaymentStatus::Completed);
    let paid = paid.count() as i64;
    assert_eq!(count(db, "ledger_transactions").await, paid);
    let booked = "(SELECT DISTINCT payment_id FROM ledger_transactions) AS booked";
    assert_eq!(count(db, booked).await, paid);
    let confirmed = tales.iter().flat_map(|tale| &tale.checkouts);
    let is_confirmed = |it: &&Outcome| it.booking_id.is_some() && it.paid_at.is_some();
    let confirmed = confirmed.filter(is_confirmed).count() as i64;
    let said = "audit_events WHERE action = 'booking.changed'";
    assert_eq!(count(db, said).await, confirmed);
}
