//! What is read comes from the clock: whether the sweep has run makes no difference.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, id, order_body};

/// An order whose booking was not paid in time, and nobody has written that down: the student, the
/// chosen and the other tutor, and the booking.
async fn unpaid(app: &TestApp, lifetime: TimeDelta) -> (Client, Client, Client, Value) {
    let student = app.student().await;
    let mut body = order_body();
    body["expires_at"] = json!(app.now() + lifetime);
    let order = id(&student.post("/orders", body).await.expect(201));
    let ((chosen, _), (other, _)) = (app.tutor().await, app.tutor().await);
    let bid = app.bid(&chosen, &order, 150_000).await;
    app.bid(&other, &order, 140_000).await;
    let choice = format!("/applications/{bid}/choose");
    let booking = student.act(&choice).await.expect(201);
    app.advance(TimeDelta::hours(24));
    (
        app.again(&student).await,
        app.again(&chosen).await,
        app.again(&other).await,
        booking,
    )
}

fn order_path(booking: &Value) -> String {
    format!("/orders/{}", booking["order_id"].as_str().unwrap())
}

async fn statuses(client: &Client, list: &str) -> Vec<String> {
    let list = client.get(list).await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["status"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn an_order_whose_booking_was_not_paid_in_time_reads_as_open_everywhere() {
    let app = TestApp::new().await;
    let (student, chosen, other, booking) = unpaid(&app, TimeDelta::days(9)).await;
    let order = order_path(&booking);
    let stranger = app.newcomer().await;
    for who in [&student, &chosen, &other, &stranger] {
        assert_eq!(who.get(&order).await.expect(200)["status"], "open");
    }
    assert_eq!(statuses(&student, "/me/orders").await, ["open"]);
    assert_eq!(statuses(&stranger, "/orders").await, ["open"]);
    assert_eq!(
        statuses(&stranger, "/orders?min_budget=180000").await,
        ["open"]
    );
    assert_eq!(
        statuses(&stranger, "/orders?min_budget=180001").await,
        [""; 0]
    );
    assert_eq!(statuses(&student, "/me/bookings").await, ["expired"]);
    for tutor in [&chosen, &other] {
        assert_eq!(statuses(tutor, "/me/applications").await, ["submitted"]);
    }
    let bids = statuses(&student, &format!("{order}/applications")).await;
    assert_eq!(bids, ["submitted", "submitted"]);
}

#[actix_web::test]
async fn an_order_whose_end_passed_meanwhile_reads_as_expired_everywhere() {
    let app = TestApp::new().await;
    let (student, chosen, other, booking) = unpaid(&app, TimeDelta::hours(20)).await;
    let order = order_path(&booking);
    assert_eq!(student.get(&order).await.expect(200)["status"], "expired");
    assert_eq!(statuses(&student, "/me/orders").await, ["expired"]);
    let stranger = app.newcomer().await;
    stranger.get(&order).await.refused(404, "not_found");
    assert_eq!(statuses(&stranger, "/orders").await, [""; 0]);
    for tutor in [&chosen, &other] {
        assert_eq!(statuses(tutor, "/me/applications").await, ["rejected"]);
    }
}

#[actix_web::test]
async fn what_the_clock_has_changed_is_sent_again_under_another_version() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let paths = [
        order_path(&booking),
        format!("/bookings/{}", id(&booking)),
        format!(
            "/applications/{}",
            booking["application_id"].as_str().unwrap()
        ),
    ];
    let mut seen = Vec::new();
    for path in &paths {
        let answer = student.get(path).await;
        seen.push(answer.header("etag").unwrap().to_owned());
    }
    app.advance(TimeDelta::hours(24));
    let student = app.again(&student).await;
    for (path, etag) in paths.iter().zip(&seen) {
        let again = student.with("if-none-match", etag).get(path).await;
        assert_ne!(again.header("etag"), Some(etag.as_str()), "{path}");
        again.expect(200);
    }
}

#[actix_web::test]
async fn the_version_that_the_clock_made_can_be_changed() {
    let app = TestApp::new().await;
    let (student, chosen, _, booking) = unpaid(&app, TimeDelta::days(9)).await;
    let application = format!(
        "/applications/{}",
        booking["application_id"].as_str().unwrap()
    );
    for (who, path, body) in [
        (student, order_path(&booking), json!({ "title": "Другое" })),
        (chosen, application, json!({ "price": 1_000 })),
    ] {
        let seen = who.get(&path).await;
        let etag = seen.header("etag").unwrap();
        who.with("if-match", etag)
            .patch(&path, body)
            .await
            .expect(200);
    }
}

#[actix_web::test]
async fn a_slot_that_was_not_paid_in_time_shows_its_tutor_as_free() {
    let app = TestApp::new().await;
    let mut profile = crate::support::profile_body();
    let always = json!(["00:00-24:00"]);
    profile["availability"] = json!({
        "monday": always, "tuesday": always, "wednesday": always, "thursday": always,
        "friday": always, "saturday": always, "sunday": always,
    });
    let (tutor, _) = app.tutor_with(profile).await;
    let (_, booking) = app.booking(&tutor).await;
    let (from, to) = (&booking["starts_at"], &booking["ends_at"]);
    let path = format!(
        "/tutors?available_from={}&available_to={}",
        from.as_str().unwrap(),
        to.as_str().unwrap()
    );
    let free = async || {
        let list = app.anonymous().get(&path).await.expect(200);
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(free().await, 0);
    app.advance(TimeDelta::hours(24));
    assert_eq!(free().await, 1);
}

#[actix_web::test]
async fn a_tutor_applies_for_an_order_that_the_clock_has_opened_again() {
    let app = TestApp::new().await;
    let (student, _, _, booking) = unpaid(&app, TimeDelta::days(9)).await;
    let (newcomer, _) = app.tutor().await;
    let order = booking["order_id"].as_str().unwrap();
    let bid = app.bid(&newcomer, order, 130_000).await;
    let choice = format!("/applications/{bid}/choose");
    student.act(&choice).await.expect(201);
    let read = student.get(&order_path(&booking)).await.expect(200);
    assert_eq!(read["status"], "in_progress");
}
