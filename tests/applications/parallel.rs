//! Bids and choices at the same time, on a real port.

use chrono::TimeDelta;
use persistence::integer_for_tests;
use serde_json::json;

use crate::support::{Client, Shot, TestApp, assert_one_and_its_replays, tally};

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("SELECT CAST(count(*) AS bigint) FROM {what}");
    integer_for_tests(app.db(), &sql).await.unwrap()
}

/// A student's order with so many bids on it: the tutors and their bids.
async fn order_with_bids(app: &TestApp, bids: usize) -> (Client, String, Vec<(Client, String)>) {
    let student = app.student().await;
    let order = app.order(&student).await;
    let mut sent = Vec::new();
    for _ in 0..bids {
        let (tutor, _) = app.tutor().await;
        let bid = app.bid(&tutor, &order, 150_000).await;
        sent.push((tutor, bid));
    }
    (student, order, sent)
}

fn choice(student: &Client, bid: &str) -> Shot {
    Shot::act(student, &format!("/applications/{bid}/choose"))
}

#[actix_web::test]
async fn of_twenty_choices_of_different_bids_at_once_one_wins() {
    let app = TestApp::new().await;
    let (student, order, bids) = order_with_bids(&app, 20).await;
    let served = app.serve();
    let shots = bids.iter().map(|(_, bid)| choice(&student, bid)).collect();
    let answers = served.at_once(shots).await;
    assert_eq!(tally(&answers), [(201, 1), (409, 19)].into());
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        answer.refused(409, "invalid_state");
    }
    assert_eq!(count(&app, "bookings").await, 1);
    assert_eq!(count(&app, "applications WHERE status = 'chosen'").await, 1);
    let rejected = "applications WHERE status = 'rejected'";
    assert_eq!(count(&app, rejected).await, 19);
    let order = student.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(order["status"], "in_progress");
}

#[actix_web::test]
async fn fifty_choices_at_once_under_one_key_are_one_choice() {
    let app = TestApp::new().await;
    let (student, _, bids) = order_with_bids(&app, 1).await;
    let served = app.serve();
    let shot = choice(&student, &bids[0].1).with("idempotency-key", "once");
    let answers = served.at_once(shot.times(50)).await;
    assert_one_and_its_replays(&answers, 201);
    assert_eq!(count(&app, "bookings").await, 1);
}

#[actix_web::test]
async fn of_two_bids_of_one_tutor_at_once_one_stands() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (tutor, _) = app.tutor().await;
    let served = app.serve();
    for _ in 0..5 {
        let path = format!("/orders/{}/applications", app.order(&student).await);
        let bid = Shot::post(&tutor, &path, &json!({ "price": 1_000, "message": "Я." }));
        let answers = served.at_once(bid.times(2)).await;
        assert_eq!(tally(&answers), [(201, 1), (409, 1)].into());
        let second = answers.iter().find(|answer| answer.status == 409).unwrap();
        second.refused(409, "already_exists");
        assert_eq!(student.get(&path).await.expect(200)["total_count"], 1);
    }
}

#[actix_web::test]
async fn of_two_changes_of_one_version_of_a_bid_one_is_made() {
    let app = TestApp::new().await;
    let (_, _, bids) = order_with_bids(&app, 1).await;
    let (tutor, bid) = &bids[0];
    let served = app.serve();
    let path = format!("/applications/{bid}");
    for round in 1..=5 {
        let etag = format!("\"{round}\"");
        let raise = |price: i64| Shot::patch(tutor, &path, &etag, &json!({ "price": price }));
        let answers = served.at_once(vec![raise(1_000), raise(2_000)]).await;
        assert_eq!(tally(&answers), [(200, 1), (412, 1)].into());
        let made = answers.iter().find(|answer| answer.status == 200).unwrap();
        let read = tutor.get(&path).await.expect(200);
        assert_eq!(made.json()["price"], read["price"]);
    }
}

#[actix_web::test]
async fn a_bid_is_either_chosen_or_withdrawn() {
    let app = TestApp::new().await;
    let served = app.serve();
    for _ in 0..8 {
        let (student, order, bids) = order_with_bids(&app, 1).await;
        let (tutor, bid) = &bids[0];
        let path = format!("/applications/{bid}");
        let shots = vec![choice(&student, bid), Shot::delete(tutor, &path)];
        let answers = served.at_once(shots).await;
        let outcome = [answers[0].status, answers[1].status];
        let (bid, order) = (path, format!("/orders/{order}"));
        let bid = tutor.get(&bid).await.expect(200);
        let order = student.get(&order).await.expect(200);
        match outcome {
            [201, 409] => {
                assert_eq!(
                    (&bid["status"], &order["status"]),
                    (&json!("chosen"), &json!("in_progress"))
                );
            }
            [409, 204] => {
                assert_eq!(
                    (&bid["status"], &order["status"]),
                    (&json!("withdrawn"), &json!("open"))
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[actix_web::test]
async fn of_two_lessons_of_one_tutor_that_overlap_one_is_booked() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let served = app.serve();
    for day in 2..10 {
        let mut shots = Vec::new();
        for minutes in [0, 30] {
            let student = app.student().await;
            let order = app.order(&student).await;
            let bid = app.bid(&tutor, &order, 150_000).await;
            let starts_at = app.now() + TimeDelta::days(day) + TimeDelta::minutes(minutes);
            let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
            shots.push(Shot::post(
                &student,
                &format!("/applications/{bid}/choose"),
                &body,
            ));
        }
        let answers = served.at_once(shots).await;
        assert_eq!(tally(&answers), [(201, 1), (409, 1)].into());
        let second = answers.iter().find(|answer| answer.status == 409).unwrap();
        second.refused(409, "conflict");
        assert_eq!(count(&app, "bookings").await, day - 1);
    }
}
