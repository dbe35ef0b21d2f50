//! Bookings moved, ended and reviewed at the same time, on a real port.

use chrono::TimeDelta;
use persistence::{execute_for_tests, integer_for_tests};
use serde_json::{Value, json};

use super::{booking_at, path};
use crate::support::{Client, Shot, TestApp, assert_steady, id, tally};

/// So many bookings of a student with a tutor, as if they had been held.
async fn held(app: &TestApp, student: &Client, tutor: &Client, count: usize) -> Vec<Value> {
    let mut bookings = Vec::new();
    for _ in 0..count {
        bookings.push(chosen(app, student, tutor).await);
    }
    let sql = "UPDATE bookings SET status = 'completed'";
    execute_for_tests(app.db(), sql).await.unwrap();
    bookings
}

async fn chosen(app: &TestApp, student: &Client, tutor: &Client) -> Value {
    let order = app.order(student).await;
    let bid = app.bid(tutor, &order, 150_000).await;
    let path = format!("/applications/{bid}/choose");
    student.act(&path).await.expect(201)
}

fn review(student: &Client, booking: &Value, rating: usize) -> Shot {
    let path = format!("{}/review", path(booking));
    Shot::post(student, &path, &json!({ "rating": rating }))
}

#[actix_web::test]
async fn a_hundred_reviews_at_once_all_count() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (tutor, tutor_id) = app.tutor().await;
    let bookings = held(&app, &student, &tutor, 100).await;
    let served = app.serve();
    let shots = bookings.iter().enumerate();
    let shots = shots.map(|(i, booking)| review(&student, booking, 1 + i % 5));
    let answers = served.at_once(shots.collect()).await;
    assert_eq!(tally(&answers), [(201, 100)].into());
    let card = app.anonymous().get(&format!("/tutors/{tutor_id}")).await;
    let card = card.expect(200);
    assert_eq!(
        (&card["rating"], &card["rating_count"]),
        (&json!(3.0), &json!(100))
    );
    let sum = "SELECT CAST(rating_sum AS bigint) FROM tutor_profiles";
    assert_eq!(integer_for_tests(app.db(), sum).await.unwrap(), 300);
}

#[actix_web::test]
async fn of_two_reviews_of_one_booking_at_once_one_counts() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (tutor, tutor_id) = app.tutor().await;
    let served = app.serve();
    for (booking, count) in held(&app, &student, &tutor, 5).await.iter().zip(1..) {
        let shots = vec![review(&student, booking, 1), review(&student, booking, 5)];
        let answers = served.at_once(shots).await;
        assert_eq!(tally(&answers), [(201, 1), (409, 1)].into());
        let second = answers.iter().find(|answer| answer.status == 409).unwrap();
        second.refused(409, "already_exists");
        let card = app.anonymous().get(&format!("/tutors/{tutor_id}")).await;
        assert_eq!(card.expect(200)["rating_count"], count);
    }
}

#[actix_web::test]
async fn a_booking_is_either_completed_or_cancelled() {
    let app = TestApp::with_stripe().await;
    let served = app.serve();
    let mut lessons = Vec::new();
    for _ in 0..5 {
        let (tutor, _) = app.tutor().await;
        let (student, booking) = app.confirmed_booking(&tutor).await;
        lessons.push((tutor, student, booking));
    }
    app.advance(TimeDelta::days(3));
    for (tutor, student, booking) in lessons {
        let (student, tutor) = (app.again(&student).await, app.again(&tutor).await);
        let complete = Shot::act(&tutor, &format!("{}/complete", path(&booking)));
        let cancel = Shot::act(&student, &format!("{}/cancel", path(&booking)));
        let answers = served.at_once(vec![complete, cancel]).await;
        assert_eq!(tally(&answers), [(200, 1), (409, 1)].into());
        let made = answers.iter().find(|answer| answer.status == 200).unwrap();
        let read = student.get(&path(&booking)).await.expect(200);
        assert_eq!(made.json()["status"], read["status"]);
    }
    // What was held is divided once, whoever came first.
    let balances = persistence::ledger::balances(app.db()).await.unwrap();
    let escrow = balances.iter().find(|(account, _)| account == "escrow");
    assert_eq!(escrow.unwrap().1, 0);
}

#[actix_web::test]
async fn a_booking_is_cancelled_once() {
    let app = TestApp::with_stripe().await;
    let served = app.serve();
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let cancel = Shot::act(&student, &format!("{}/cancel", path(&booking)));
    let answers = served.at_once(cancel.times(10)).await;
    assert_eq!(tally(&answers), [(200, 1), (409, 9)].into());
    let refunds = "SELECT count(*) FROM refunds";
    assert_eq!(integer_for_tests(app.db(), refunds).await.unwrap(), 1);
}

#[actix_web::test]
async fn of_two_moves_of_one_version_of_a_booking_one_is_made() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let starts_at = app.now() + TimeDelta::days(2);
    let (student, booking) = booking_at(&app, &tutor, starts_at).await;
    let served = app.serve();
    for round in 1..=5 {
        let etag = format!("\"{round}\"");
        let to = |hours| {
            let starts_at = app.now() + TimeDelta::days(3) + TimeDelta::hours(hours);
            let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
            Shot::patch(&student, &path(&booking), &etag, &body)
        };
        let answers = served.at_once(vec![to(round), to(-round)]).await;
        assert_eq!(tally(&answers), [(200, 1), (412, 1)].into());
        let made = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_eq!(made.json(), student.get(&path(&booking)).await.expect(200));
    }
}

#[actix_web::test]
async fn pages_of_bookings_and_bids_neither_repeat_nor_hide_while_others_come() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (tutor, _) = app.tutor().await;
    let (mut bookings, mut bids) = (Vec::new(), Vec::new());
    for _ in 0..8 {
        let booking = chosen(&app, &student, &tutor).await;
        bookings.push(id(&booking));
        bids.push(booking["application_id"].as_str().unwrap().to_owned());
    }
    let served = app.serve();
    for (list, untouched) in [("/me/bookings", &bookings), ("/me/applications", &bids)] {
        let mut orders = Vec::new();
        for _ in 0..8 {
            orders.push(app.order(&student).await);
        }
        let (courier, student, tutor_too) = (
            served.courier.clone(),
            student.token.clone(),
            tutor.token.clone(),
        );
        let writing = async move {
            for order in orders {
                let body = json!({ "price": 1_000, "message": "Я." });
                let bid = Shot::post(&tutor_too, &format!("/orders/{order}/applications"), &body);
                let bid = id(&courier.send(bid).await.expect(201));
                let choice = Shot::act(&student, &format!("/applications/{bid}/choose"));
                courier.send(choice).await.expect(201);
            }
        };
        let walks = served.walks_while(&tutor, list, writing).await;
        assert_steady(&walks, untouched);
    }
}

#[actix_web::test]
async fn pages_of_the_bids_on_an_order_neither_repeat_nor_hide_while_others_come_and_go() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let path = format!("/orders/{order}/applications");
    let mut untouched = Vec::new();
    for _ in 0..8 {
        let (tutor, _) = app.tutor().await;
        untouched.push(app.bid(&tutor, &order, 150_000).await);
    }
    let mut tutors = Vec::new();
    for _ in 0..8 {
        tutors.push(app.tutor().await.0.token);
    }
    let served = app.serve();
    let (courier, bids) = (served.courier.clone(), path.clone());
    let writing = async move {
        for tutor in tutors {
            let body = json!({ "price": 1_000, "message": "Я." });
            let bid = Shot::post(&tutor, &bids, &body);
            let bid = id(&courier.send(bid).await.expect(201));
            let withdrawal = Shot::delete(&tutor, &format!("/applications/{bid}"));
            courier.send(withdrawal).await.expect(204);
        }
    };
    let walks = served.walks_while(&student, &path, writing).await;
    assert_steady(&walks, &untouched);
}
