//! What tutors are owed, and that nothing is paid out twice.

use chrono::TimeDelta;
use persistence::{Scope, write};
use serde_json::{Value, json};
use services::ServiceError;
use services::payouts::{self, Export};

use super::booking::opened;
use super::events::Opened;
use super::{balances, count};
use crate::support::{Client, TestApp, id};

/// A lesson that is over and paid for, its tutor, and what Stripe knows of it.
async fn completed(app: &TestApp) -> (Client, Value, Opened) {
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let opened = Opened::booking(app, &student, &booking).await;
    app.deliver(&opened.completed()).await.expect(200);
    app.advance(TimeDelta::days(40));
    let tutor = app.again(&tutor).await;
    let complete = format!("/bookings/{}/complete", id(&booking));
    tutor.post(&complete, json!({})).await.expect(200);
    (tutor, booking, opened)
}

async fn totals(tutor: &Client) -> Value {
    tutor.get("/me/payouts").await.expect(200)["totals"].take()
}

async fn export(app: &TestApp) -> Option<Export> {
    let scope: Scope = app.scope();
    let made = write(app.db(), &scope, async |tx| payouts::export_due(tx).await);
    made.await.unwrap()
}

#[actix_web::test]
async fn a_completed_lesson_is_owed_then_due_then_on_one_list_and_never_on_another() {
    let app = TestApp::with_stripe().await;
    let (tutor, booking, _) = completed(&app).await;
    let listed = tutor.get("/me/payouts").await.expect(200);
    assert_eq!(listed["items"][0]["booking_id"], booking["id"]);
    assert_eq!(listed["items"][0]["status"], "owed");
    let sums = |owed, due, exported, paid| json!({ "owed": owed, "due": due, "exported": exported, "paid": paid, "currency": "RUB" });
    assert_eq!(totals(&tutor).await, sums(135_000, 0, 0, 0));
    assert!(export(&app).await.is_none());
    app.advance(TimeDelta::days(7));
    let tutor = app.again(&tutor).await;
    assert_eq!(totals(&tutor).await, sums(135_000, 135_000, 0, 0));
    let list = export(&app).await.unwrap();
    let csv = payouts::csv(&list);
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.contains(",1350.00,RUB,"), "{csv}");
    assert!(export(&app).await.is_none());
    assert_eq!(totals(&tutor).await, sums(0, 0, 135_000, 0));
    let scope = app.scope();
    let pay = async || {
        let paid = write(app.db(), &scope, async |tx| {
            payouts::mark_paid(tx, list.id).await
        });
        paid.await.unwrap()
    };
    assert_eq!((pay().await, pay().await), (1, 0));
    assert_eq!(totals(&tutor).await, sums(0, 0, 0, 135_000));
    // A list that was lost can be had again as it was.
    let again = write(app.db(), &scope, async |tx| payouts::get(tx, list.id).await).await;
    assert_eq!(payouts::csv(&again.unwrap()), csv);
}

#[actix_web::test]
async fn of_what_went_back_neither_tutor_nor_platform_keeps_a_share() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = completed(&app).await;
    app.deliver(&opened.charge(60, 50_005)).await.expect(200);
    // 10 % of 99,995, half up.
    let owed = 99_995 - 10_000;
    assert_eq!(totals(&tutor).await["owed"], owed);
    let expected = [
        ("platform".to_owned(), 10_000),
        ("refund".to_owned(), 50_005),
        ("student".to_owned(), -150_000),
        ("tutor".to_owned(), owed),
    ];
    let mut held = balances(&app).await;
    held.retain(|(_, sum)| *sum != 0);
    assert_eq!(held, expected);
}

#[actix_web::test]
async fn while_a_lesson_is_disputed_nothing_is_due() {
    let app = TestApp::with_stripe().await;
    let (tutor, _, opened) = completed(&app).await;
    app.advance(TimeDelta::days(8));
    let tutor = app.again(&tutor).await;
    let events = [
        (opened.dispute("created", 60, "needs_response"), 0),
        (opened.dispute("closed", 70, "won"), 135_000),
    ];
    for (event, due) in events {
        app.deliver(&event).await.expect(200);
        assert_eq!(totals(&tutor).await["due"], due);
        assert_eq!(count(&app, "payouts").await, 1);
    }
    let lost = opened.dispute("closed", 80, "lost");
    let mut other = lost.clone();
    other["data"]["object"]["id"] = json!("dp_another");
    app.deliver(&other).await.expect(200);
    assert_eq!(totals(&tutor).await["due"], 0);
    assert!(export(&app).await.is_none());
}

#[actix_web::test]
async fn a_list_that_does_not_exist_is_not_found() {
    let app = TestApp::new().await;
    let scope = app.scope();
    let id = uuid::Uuid::now_v7();
    let found = write(app.db(), &scope, async |tx| payouts::get(tx, id).await).await;
    assert!(matches!(found, Err(ServiceError::NotFound)));
}

#[actix_web::test]
async fn a_student_is_owed_nothing_and_a_booking_that_is_only_paid_neither() {
    let app = TestApp::with_stripe().await;
    let (student, _, opened) = opened(&app).await;
    app.deliver(&opened.completed()).await.expect(200);
    student.get("/me/payouts").await.refused(403, "forbidden");
    assert_eq!(count(&app, "payouts").await, 0);
}
