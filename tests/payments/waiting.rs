//! Events that wait are settled again, however many there are.

use persistence::execute_for_tests;
use serde_json::json;

use super::events::{Opened, changed};
use super::{count, parked, record_of};
use crate::support::TestApp;

#[actix_web::test]
async fn an_event_behind_a_long_queue_of_waiting_ones_is_settled() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let mut nobodys = Opened::premium(&app, &tutor, &tutor_id).await.completed();
    nobodys["data"]["object"]["metadata"] = json!({});
    nobodys["data"]["object"]["customer"] = json!("cus_unknown");
    for i in 0..210 {
        let mut event = changed(&nobodys, "/data/object/id", json!(format!("cs_{i}")));
        event["id"] = json!(format!("evt_of_nobody_{i}"));
        assert_eq!(app.outcome(&event).await, "parked");
    }
    app.advance(chrono::TimeDelta::seconds(1));
    let event = Opened::booking(&app, &student, &booking).await.completed();
    assert_eq!(app.outcome(&event).await, "applied");
    // As if its missing piece had come without anybody looking again.
    let sql = format!(
        "UPDATE stripe_webhook_events SET outcome = 'parked', reason = 'waiting' \
         WHERE event_id = '{}'",
        event["id"].as_str().unwrap()
    );
    execute_for_tests(app.db(), &sql).await.unwrap();
    assert_eq!(record_of(&app, &event).await, parked("waiting"));
    let healed = services::webhooks::settle_waiting(app.db(), &app.scope()).await;
    assert_eq!(healed.unwrap(), 1);
    assert_eq!(record_of(&app, &event).await, ("applied".into(), None));
    let waiting = "stripe_webhook_events WHERE reason = 'waiting'";
    assert_eq!(count(&app, waiting).await, 210);
}
