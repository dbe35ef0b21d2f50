//! Events that were stored as they came, before events were masked.

use persistence::{execute_for_tests, texts_for_tests};
use serde_json::json;
use services::event_masking::mask_stored;

use super::{FIRST_NAME, PHONE, places};
use crate::support::TestApp;

const EMAIL: &str = "anna@example.org";
const AT_ONCE: u64 = 2;

/// So many events as an older version has stored them, and the payload of each once it is masked.
async fn stored_unmasked(app: &TestApp, count: usize) -> String {
    for n in 0..count {
        let event = json!({
            "id": format!("evt_{n}"), "object": "event", "type": "customer.updated",
            "livemode": false, "created": app.now().timestamp(), "data": { "object": {} },
        });
        app.deliver(&event).await.expect(200);
    }
    let object = |email: &str, name: &str, phone: &str| json!({ "data": { "object": { "id": "cus_1", "email": email, "name": name, "phone": phone } } });
    let payload = object(EMAIL, FIRST_NAME, PHONE);
    let sql = format!("UPDATE stripe_webhook_events SET payload = '{payload}'");
    execute_for_tests(app.db(), &sql).await.unwrap();
    object("…", "…", "…").to_string()
}

async fn mask(app: &TestApp) -> usize {
    let masked = mask_stored(app.db(), &app.scope(), AT_ONCE).await;
    masked.unwrap()
}

#[actix_web::test]
async fn events_that_were_stored_unmasked_are_masked_however_many_they_are() {
    let app = TestApp::new().await;
    let expected = stored_unmasked(&app, 5).await;
    let traces = [EMAIL, FIRST_NAME, PHONE];
    assert_eq!(places(&app, &traces).await.len(), 3);
    assert_eq!(mask(&app).await, 5);
    assert_eq!(places(&app, &traces).await, Vec::<String>::new());
    let payloads = "SELECT CAST(payload AS text) FROM stripe_webhook_events";
    for payload in texts_for_tests(app.db(), payloads).await.unwrap() {
        let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
        assert_eq!(payload.to_string(), expected);
    }
}

#[actix_web::test]
async fn what_is_masked_is_left_alone() {
    let app = TestApp::new().await;
    stored_unmasked(&app, 3).await;
    assert_eq!(mask(&app).await, 3);
    assert_eq!(mask(&app).await, 0);
}
