//! What the clock has decided is written down without anybody calling.

use chrono::TimeDelta;
use persistence::integer_for_tests;

use crate::support::TestApp;

#[actix_web::test]
async fn an_order_whose_booking_was_not_paid_in_time_is_open_again_after_a_sweep() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    app.advance(TimeDelta::hours(25));
    assert_eq!(
        services::overtaken::sweep(app.db(), &app.scope())
            .await
            .unwrap(),
        1
    );
    let student = app.again(&student).await;
    let order = format!("/orders/{}", booking["order_id"].as_str().unwrap());
    assert_eq!(student.get(&order).await.expect(200)["status"], "open");
    let again = app.again(&tutor).await;
    let bid = format!(
        "/applications/{}",
        booking["application_id"].as_str().unwrap()
    );
    assert_eq!(again.get(&bid).await.expect(200)["status"], "submitted");
    assert_eq!(
        services::overtaken::sweep(app.db(), &app.scope())
            .await
            .unwrap(),
        0
    );
}

#[actix_web::test]
async fn an_order_that_nobody_chose_from_is_expired_after_a_sweep() {
    let app = TestApp::new().await;
    let student = app.student().await;
    app.order(&student).await;
    app.advance(TimeDelta::days(31));
    assert_eq!(
        services::overtaken::sweep(app.db(), &app.scope())
            .await
            .unwrap(),
        1
    );
    let sql = "SELECT count(*) FROM orders WHERE status = 'expired'";
    assert_eq!(integer_for_tests(app.db(), sql).await.unwrap(), 1);
}

#[actix_web::test]
async fn what_a_late_cancellation_does_not_give_back_is_held_no_longer() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    // The lesson is in two days: eleven hours before it nothing is given back.
    app.advance(TimeDelta::hours(37));
    let student = app.again(&student).await;
    let path = format!("/bookings/{}/cancel", booking["id"].as_str().unwrap());
    student.act(&path).await.expect(200);
    let balances = persistence::ledger::balances(app.db()).await.unwrap();
    let of = |name: &str| {
        balances
            .iter()
            .find(|(account, _)| account == name)
            .map(|(_, b)| *b)
    };
    assert_eq!(of("escrow"), Some(0));
    assert_eq!((of("platform"), of("tutor")), (Some(15_000), Some(135_000)));
    assert_eq!(
        integer_for_tests(app.db(), "SELECT count(*) FROM refunds")
            .await
            .unwrap(),
        0
    );
}
