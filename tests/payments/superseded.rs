//! A checkout that was given up for a later one, and is paid all the same.

use serde_json::json;
use services::refunds;

use super::count;
use super::events::PREMIUM;
use crate::support::TestApp;

#[actix_web::test]
async fn of_two_subscriptions_the_one_that_was_given_up_is_ended_and_given_back() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let open = async || {
        let body = json!({ "type": "premium" });
        let opened = tutor.post("/payments/checkout", body).await.expect(201);
        let text = |name: &str| opened[name].as_str().unwrap().to_owned();
        (text("payment_id"), text("session_id"))
    };
    let (first, first_session) = open().await;
    // As if Stripe had told us that the session is gone, which it was not.
    let sql = format!(
        "UPDATE payments SET status = 'expired', superseded_at = created_at WHERE provider_ref = '{first_session}'"
    );
    persistence::execute_for_tests(app.db(), &sql)
        .await
        .unwrap();
    let (second, second_session) = open().await;
    assert_ne!(first_session, second_session);
    app.pay(&second_session).await;
    assert_eq!(count(&app, "refunds").await, 0);
    app.pay(&first_session).await;
    assert_eq!(count(&app, "refunds WHERE reason = 'superseded'").await, 1);
    let sent = refunds::send_due(app.db(), &app.scope(), app.stripe()).await;
    let rows = "SELECT status || ' ' || attempts || ' ' || COALESCE(last_error, '-') FROM refunds";
    let rows = persistence::texts_for_tests(app.db(), rows).await.unwrap();
    assert_eq!(sent.unwrap(), 1, "{rows:?}");
    for event in app.fake().events() {
        app.deliver(&event).await.expect(200);
    }
    let status = async |payment: &str| {
        let payment = tutor.get(&format!("/payments/{payment}")).await.expect(200);
        (
            payment["status"].to_string(),
            payment["refunded_amount"].as_i64(),
        )
    };
    assert_eq!(status(&first).await, ("\"refunded\"".into(), Some(PREMIUM)));
    assert_eq!(status(&second).await, ("\"completed\"".into(), Some(0)));
    let premium = tutor.get("/me/premium").await.expect(200);
    assert_eq!(
        (premium["is_premium"].as_bool(), premium["status"].as_str()),
        (Some(true), Some("active"))
    );
    let live = "stripe_webhook_events WHERE type = 'customer.subscription.deleted' AND outcome = 'applied'";
    assert_eq!(count(&app, live).await, 1);
}
