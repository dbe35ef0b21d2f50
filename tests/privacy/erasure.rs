//! Erasing a person.

use serde_json::{Value, json};

use super::{FIRST_NAME, LAST_NAME, PHONE, known, known_tutor, places, traces};
use crate::support::{Client, TestApp, document_body, id, order_body};

async fn count(app: &TestApp, from: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {from}");
    persistence::integer_for_tests(app.db(), &sql)
        .await
        .unwrap()
}

/// How many lines the ledger has, and what they come to.
async fn ledger(app: &TestApp) -> (i64, i64) {
    let sum = "SELECT CAST(coalesce(sum(amount_minor), 0) AS bigint) FROM ledger_entries";
    let sum = persistence::integer_for_tests(app.db(), sum).await.unwrap();
    (count(app, "ledger_entries").await, sum)
}

/// A lesson that is over, paid, reviewed with names in the review, and answered.
async fn past(app: &TestApp, student_is_known: bool) -> (Client, Client) {
    let (tutor, _) = if student_is_known {
        app.tutor().await
    } else {
        known_tutor(app).await
    };
    let (student, booking) = app.completed_booking(&tutor).await;
    if student_is_known {
        known(&student).await;
    }
    let path = format!("/bookings/{}/review", id(&booking));
    let review = json!({ "rating": 5, "text": format!("{FIRST_NAME} {LAST_NAME} — это да!") });
    let once = student.with("idempotency-key", "a review");
    let review = once.post(&path, review).await.expect(201);
    let path = format!("/reviews/{}/reply", id(&review));
    let tutor = app.again(&tutor).await;
    let reply = json!({ "text": format!("Спасибо! {FIRST_NAME}") });
    // The answer, which is kept for a day, shows the review and its author.
    let once = tutor.with("idempotency-key", "a reply");
    once.post(&path, reply).await.expect(201);
    (student, tutor)
}

#[actix_web::test]
async fn nothing_of_a_tutor_is_found_afterwards_and_the_ledger_is_whole() {
    let app = TestApp::with_stripe().await;
    let (student, tutor) = past(&app, false).await;
    let path = "/me/tutor-profile/documents";
    let mut document = document_body();
    document["file_name"] = json!(format!("Диплом {LAST_NAME}.pdf"));
    tutor.post(path, document).await.expect(201);
    let order = app.order(&student).await;
    let bids = format!("/orders/{order}/applications");
    let message = json!({ "price": 150_000, "message": format!("{FIRST_NAME} к вашим услугам.") });
    tutor.post(&bids, message).await.expect(201);
    let traces = traces(&tutor.email);
    assert!(places(&app, &traces).await.len() > 8, "the search finds");
    let before = ledger(&app).await;
    tutor.delete("/me").await.expect(204);
    assert_eq!(places(&app, &traces).await, Vec::<String>::new());
    assert_eq!(ledger(&app).await, before);
    assert_eq!(before.1, 0);
    assert_eq!(count(&app, "tutor_candidates").await, 0);
}

#[actix_web::test]
async fn nothing_of_a_student_is_found_afterwards_and_the_ledger_is_whole() {
    let app = TestApp::with_stripe().await;
    let (student, tutor) = past(&app, true).await;
    let mut order = order_body();
    order["title"] = json!(format!("Учиться хочет {FIRST_NAME}"));
    order["city"] = json!(LAST_NAME);
    let order = student.post("/orders", order).await.expect(201);
    let other = student.post("/orders", order_body()).await.expect(201);
    let bids = format!("/orders/{}/applications", id(&other));
    let message = json!({ "price": 150_000, "message": format!("{FIRST_NAME}, здравствуйте!") });
    let once = tutor.with("idempotency-key", "a bid");
    once.post(&bids, message).await.expect(201);
    let traces = traces(&student.email);
    assert!(places(&app, &traces).await.len() > 5, "the search finds");
    let before = ledger(&app).await;
    student.delete("/me").await.expect(204);
    assert_eq!(places(&app, &traces).await, Vec::<String>::new());
    assert_eq!(ledger(&app).await, before);
    let path = format!("/orders/{}", id(&order));
    tutor.get(&path).await.refused(404, "not_found");
    let booked = tutor.get("/me/bookings").await.expect(200);
    assert_eq!(booked["items"][0]["status"], "completed");
}

#[actix_web::test]
async fn whoever_is_erased_is_signed_out_everywhere_and_can_come_anew() {
    let app = TestApp::new().await;
    let (tutor, tutor_id) = app.tutor().await;
    let elsewhere = app.again(&tutor).await;
    tutor.delete("/me").await.expect(204);
    for client in [&tutor, &elsewhere] {
        client.get("/me").await.refused(401, "unauthenticated");
    }
    let password = "сова-и-лампа";
    let body = json!({ "email": tutor.email, "password": password });
    let answer = app.anonymous().post("/auth/login", body).await;
    answer.refused(401, "invalid_credentials");
    let card = app.anonymous().get(&format!("/tutors/{tutor_id}")).await;
    card.refused(404, "not_found");
    let body = json!({
        "email": tutor.email, "password": password, "role": "student",
        "first_name": "Анна", "last_name": "Иванова",
    });
    app.anonymous()
        .post("/auth/register", body)
        .await
        .expect(201);
}

/// The address that takes the place of one's own is nobody's guess.
#[actix_web::test]
async fn nobody_stands_in_the_way_of_an_erasure_by_an_address_made_for_it() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let id = student.user_id.replace('-', "");
    let body = json!({
        "email": format!("erased-{id}@erased.invalid"), "password": "сова-и-лампа",
        "role": "tutor", "first_name": "Анна", "last_name": "Иванова",
    });
    app.anonymous()
        .post("/auth/register", body)
        .await
        .expect(201);
    student.delete("/me").await.expect(204);
}

#[actix_web::test]
async fn a_review_of_an_erased_student_is_not_replied_to_again() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.completed_booking(&tutor).await;
    let tutor = app.again(&tutor).await;
    let path = format!("/bookings/{}/review", id(&booking));
    let review = student
        .post(&path, json!({ "rating": 5 }))
        .await
        .expect(201);
    let path = format!("/reviews/{}/reply", id(&review));
    let reply = json!({ "text": format!("Спасибо, {FIRST_NAME}!") });
    tutor.post(&path, reply.clone()).await.expect(201);
    student.delete("/me").await.expect(204);
    assert_eq!(places(&app, &[FIRST_NAME]).await, Vec::<String>::new());
    tutor
        .post(&path, reply)
        .await
        .refused(409, "already_exists");
}

#[actix_web::test]
async fn what_is_pending_is_taken_back_for_those_who_wait() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    tutor.delete("/me").await.expect(204);
    let booking = student.get(&format!("/bookings/{}", id(&booking))).await;
    assert_eq!(booking.expect(200)["status"], "cancelled");
    let orders = student.get("/me/orders").await.expect(200);
    assert_eq!(orders["items"][0]["status"], "open");
}

/// Refused, and nothing has changed.
async fn refused(app: &TestApp, who: &Client) {
    let before = count(app, "audit_events").await;
    who.delete("/me").await.refused(409, "invalid_state");
    who.get("/me").await.expect(200);
    assert_eq!(count(app, "audit_events").await, before);
}

#[actix_web::test]
async fn nobody_with_a_confirmed_booking_is_erased() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, _) = app.confirmed_booking(&tutor).await;
    refused(&app, &student).await;
    refused(&app, &tutor).await;
}

#[actix_web::test]
async fn nobody_with_premium_or_on_the_way_to_it_is_erased() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let premium = json!({ "type": "premium" });
    let checkout: Value = tutor.post("/payments/checkout", premium).await.expect(201);
    refused(&app, &tutor).await;
    app.pay(checkout["session_id"].as_str().unwrap()).await;
    refused(&app, &tutor).await;
}

#[actix_web::test]
async fn nobody_with_an_open_dispute_is_erased() {
    let app = TestApp::with_stripe().await;
    let (student, tutor) = past(&app, true).await;
    let dispute = "UPDATE bookings SET status = 'disputed', status_before_dispute = 'completed'";
    persistence::execute_for_tests(app.db(), dispute)
        .await
        .unwrap();
    refused(&app, &student).await;
    refused(&app, &tutor).await;
}

#[actix_web::test]
async fn what_stripe_said_can_be_settled_again_after_the_erasure() {
    let app = TestApp::with_stripe().await;
    let (student, _) = past(&app, true).await;
    student.delete("/me").await.expect(204);
    let before = ledger(&app).await;
    let admin = app.admin().await;
    let events = admin
        .get("/admin/webhook-events?limit=100")
        .await
        .expect(200);
    for event in events["items"].as_array().unwrap() {
        let path = format!("/admin/webhook-events/{}/replay", id(event));
        let again = admin.act(&path).await.expect(200);
        assert_eq!(again["outcome"], event["outcome"]);
    }
    assert_eq!(ledger(&app).await, before);
    assert_eq!(
        places(&app, &traces(&student.email)).await,
        Vec::<String>::new()
    );
}

#[actix_web::test]
async fn nothing_that_stripe_says_of_a_person_is_ever_kept() {
    let app = TestApp::new().await;
    let traces = traces("anna@example.org");
    let person = json!({
        "email": "anna@example.org", "phone": PHONE, "name": format!("{FIRST_NAME} {LAST_NAME}"),
        "address": { "line1": LAST_NAME },
    });
    for kind in ["customer.updated", "checkout.session.completed"] {
        let mut object = person.clone();
        object["id"] = json!("cs_test_1");
        object["customer_details"] = person.clone();
        object["object"] = json!(kind);
        let event = json!({
            "id": format!("evt_{kind}"), "object": "event", "type": kind, "livemode": false,
            "created": app.now().timestamp(), "data": { "object": object },
        });
        app.deliver(&event).await.expect(200);
    }
    assert_eq!(count(&app, "stripe_webhook_events").await, 2);
    assert_eq!(places(&app, &traces).await, Vec::<String>::new());
}
