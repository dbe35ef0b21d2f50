//! Deliveries and checkouts at the same time, on a real port.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::events::{Opened, PREMIUM};
use super::{balances, count};
use crate::support::{
    Answer, Client, Served, Shot, TestApp, assert_one_and_its_replays, assert_steady, profile_body,
    tally,
};

#[actix_web::test]
async fn of_fifty_deliveries_of_one_event_at_once_one_is_applied() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let event = Opened::booking(&app, &student, &booking).await.completed();
    let served = app.serve();
    let answers = served.at_once(Shot::webhook(&app, &event).times(50)).await;
    let mut outcomes: Vec<_> = answers.iter().map(outcome).collect();
    outcomes.sort();
    assert_eq!(outcomes[0], "applied");
    assert!(outcomes[1..].iter().all(|outcome| outcome == "duplicate"));
    assert_eq!(count(&app, "ledger_transactions").await, 1);
    let changes = "audit_events WHERE action = 'booking.changed'";
    assert_eq!(count(&app, changes).await, 1);
    let held = [("escrow".into(), 150_000), ("student".into(), -150_000)];
    assert_eq!(balances(&app).await, held);
}

fn outcome(answer: &Answer) -> String {
    answer.expect(200)["outcome"].as_str().unwrap().to_owned()
}

/// Tutors who have each opened a checkout for premium.
async fn buyers(app: &TestApp, served: &Served, count: usize) -> Vec<(Client, Opened)> {
    let registrations = (0..count).map(|i| {
        let body = json!({
            "email": format!("tutor-{i}@example.org"), "password": "сова-и-лампа",
            "role": "tutor", "first_name": "Анна", "last_name": "Иванова",
        });
        Shot::post(&None, "/auth/register", &body)
    });
    let registered = served.at_once(registrations.collect()).await;
    let tutors: Vec<Client> = registered
        .iter()
        .map(|answer| {
            let body = answer.expect(201);
            let mut tutor = app
                .anonymous()
                .with_token(body["access_token"].as_str().unwrap());
            tutor.user_id = body["user"]["id"].as_str().unwrap().to_owned();
            tutor
        })
        .collect();
    let profile = |tutor| Shot::post(tutor, "/me/tutor-profile", &profile_body());
    let profiles = served.at_once(tutors.iter().map(profile).collect()).await;
    let mut buyers = Vec::new();
    for (tutor, profile) in tutors.into_iter().zip(profiles) {
        let profile = profile.expect(201);
        let opened = Opened::premium(app, &tutor, profile["id"].as_str().unwrap()).await;
        buyers.push((tutor, opened));
    }
    buyers
}

/// A first period told by three events, and a renewal that names nothing but its subscription.
fn two_months(opened: &Opened) -> [Value; 4] {
    let mut renewal = opened.renewal(30);
    let object = &mut renewal["data"]["object"];
    object["parent"]["subscription_details"]["metadata"] = json!({});
    object["lines"]["data"][0]["metadata"] = json!({});
    [
        renewal,
        opened.completed(),
        opened.first_invoice("invoice.paid"),
        opened.snapshot("created", 0, "active"),
    ]
}

#[actix_web::test]
async fn four_events_of_one_customer_at_once_all_count_two_hundred_times_over() {
    const CUSTOMERS: usize = 200;
    let app = TestApp::with_stripe().await;
    let served = app.serve();
    let buyers = buyers(&app, &served, CUSTOMERS).await;
    for some in buyers.chunks(10) {
        let events = some.iter().flat_map(|(_, opened)| two_months(opened));
        let shots = events.map(|event| Shot::webhook(&app, &event)).collect();
        assert_eq!(tally(&served.at_once(shots).await), [(200, 40)].into());
    }
    for (tutor, opened) in &buyers {
        let premium = tutor.get("/me/premium").await.expect(200);
        let expiry: DateTime<Utc> = premium["expires_at"].as_str().unwrap().parse().unwrap();
        let expected = opened.at + TimeDelta::days(60);
        assert_eq!((expiry, &premium["status"]), (expected, &json!("active")));
    }
    assert_eq!(
        count(&app, "payments WHERE status = 'completed'").await,
        400
    );
    assert_eq!(count(&app, "payments").await, 400);
    let parked = "stripe_webhook_events WHERE outcome = 'parked'";
    assert_eq!(count(&app, parked).await, 0);
    assert_eq!(balances(&app).await[0], ("platform".into(), 400 * PREMIUM));
}

/// The one session that all of these answers are about.
#[track_caller]
fn the_session(answers: &[Answer]) -> String {
    let first = answers[0].expect(201)["session_id"].clone();
    for answer in answers {
        assert_eq!(answer.expect(201)["session_id"], first);
    }
    first.to_string()
}

#[actix_web::test]
async fn checkouts_at_once_open_one_session() {
    let app = TestApp::with_stripe().await;
    let served = app.serve();
    for round in 1..=5 {
        let (tutor, _) = app.tutor().await;
        let shot = Shot::post(&tutor, "/payments/checkout", &json!({ "type": "premium" }));
        the_session(&served.at_once(shot.times(2)).await);
        assert_eq!(count(&app, "payments").await, round);
        assert_eq!(count(&app, "stripe_customers").await, round);
    }
}

#[actix_web::test]
async fn fifty_checkouts_at_once_under_one_key_are_one_checkout() {
    let app = TestApp::with_stripe().await;
    let served = app.serve();
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let body = json!({ "type": "booking", "booking_id": booking["id"] });
    let shot = Shot::post(&student, "/payments/checkout", &body).with("idempotency-key", "once");
    let answers = served.at_once(shot.times(50)).await;
    assert_one_and_its_replays(&answers, 201);
    assert_eq!(count(&app, "payments").await, 1);
    assert_eq!(count(&app, "stripe_customers").await, 1);
}

#[actix_web::test]
async fn pages_of_payments_neither_repeat_nor_hide_while_others_come() {
    let app = TestApp::with_stripe().await;
    let served = app.serve();
    let student = app.student().await;
    let (tutor, _) = app.tutor().await;
    let mut bookings = Vec::new();
    for _ in 0..14 {
        let order = app.order(&student).await;
        let bid = app.bid(&tutor, &order, 150_000).await;
        let choice = student.act(&format!("/applications/{bid}/choose")).await;
        bookings.push(choice.expect(201)["id"].clone());
    }
    let (before, during) = bookings.split_at(7);
    let checkout = |booking: &Value| {
        let body = json!({ "type": "booking", "booking_id": booking });
        Shot::post(&student, "/payments/checkout", &body)
    };
    let opened = served.at_once(before.iter().map(checkout).collect()).await;
    let untouched: Vec<String> = opened
        .iter()
        .map(|answer| {
            answer.expect(201)["payment_id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let (courier, shots): (_, Vec<_>) = (
        served.courier.clone(),
        during.iter().map(checkout).collect(),
    );
    let writing = async move {
        for shot in shots {
            courier.send(shot).await.expect(201);
        }
    };
    let walks = served.walks_while(&student, "/me/payments", writing).await;
    assert_steady(&walks, &untouched);
}
