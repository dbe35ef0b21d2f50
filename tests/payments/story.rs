//! `GET /payments/{id}/explain` and the billing portal.

use serde_json::{Value, json};

use super::booking::opened;
use super::events::Opened;
use crate::support::TestApp;

fn said(story: &Value) -> Vec<(String, String)> {
    let events = story["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            (text("outcome"), text("says"))
        })
        .collect()
}

#[actix_web::test]
async fn a_subscriptions_life_is_told_from_its_first_payment() {
    let app = TestApp::with_stripe().await;
    let (tutor, tutor_id) = app.tutor().await;
    let opened = Opened::premium(&app, &tutor, &tutor_id).await;
    let mut short = opened.renewal(60);
    short["data"]["object"]["total"] = json!(99_899);
    for event in [
        opened.renewal(30),
        opened.snapshot("deleted", 40 * 86_400, "canceled"),
        opened.completed(),
        short,
        opened.first_invoice("invoice.paid"),
    ] {
        app.deliver(&event).await.expect(200);
    }
    let path = format!("/payments/{}/explain", opened.payment_id);
    let story = tutor
        .with("accept-language", "en")
        .get(&path)
        .await
        .expect(200);
    let told = said(&story);
    let outcomes: Vec<_> = told.iter().map(|(outcome, _)| outcome.as_str()).collect();
    // As it happened, not as it came.
    assert_eq!(
        outcomes,
        ["applied", "applied", "applied", "applied", "parked"]
    );
    assert!(
        told[0].1.contains("999.00 RUB") && told[1].1.contains("999.00 RUB"),
        "{told:?}"
    );
    assert!(
        told[3].1.starts_with("The subscription ended on "),
        "{told:?}"
    );
    assert!(told[4].1.contains("998.99 RUB"), "{told:?}");
    assert_eq!(story["events"][4]["reason"], "mismatch");
    assert!(
        story["events"][4]["explanation"]
            .as_str()
            .unwrap()
            .contains("total")
    );
    assert_eq!(story["renewals"].as_array().unwrap().len(), 1);
    assert_eq!(story["ledger"].as_array().unwrap().len(), 2);
    let platform = &story["ledger"][0]["entries"]["platform"];
    assert_eq!(
        (platform, &story["result"]["premium"]["status"]),
        (&json!(99_900), &json!("none"))
    );
    // The renewal's own story is its invoice's.
    let renewal = story["renewals"][0]["id"].as_str().unwrap();
    let path = format!("/payments/{renewal}/explain");
    let own = tutor.get(&path).await.expect(200);
    assert_eq!(said(&own).len(), 1);
    assert!(said(&own)[0].1.contains("оплачен"));
}

#[actix_web::test]
async fn a_story_is_its_payers_and_the_administrators() {
    let app = TestApp::with_stripe().await;
    let (student, _, opened) = opened(&app).await;
    app.deliver(&opened.completed()).await.expect(200);
    let path = format!("/payments/{}/explain", opened.payment_id);
    let story = student.get(&path).await.expect(200);
    assert_eq!(story["result"]["booking"]["status"], "confirmed");
    app.admin().await.get(&path).await.expect(200);
    app.student()
        .await
        .get(&path)
        .await
        .refused(404, "not_found");
    app.anonymous()
        .get(&path)
        .await
        .refused(401, "unauthenticated");
    // Nothing that is Stripe's secret or another person's.
    let text = story.to_string();
    for hidden in [
        opened.customer_id.as_str(),
        &opened.session_id,
        &opened.intent_id(),
    ] {
        assert!(!text.contains(hidden), "{hidden} is told");
    }
}

#[actix_web::test]
async fn the_portal_is_for_who_has_paid_before() {
    let app = TestApp::with_stripe().await;
    let (student, _, _) = opened(&app).await;
    let portal = student
        .post("/payments/portal", json!({}))
        .await
        .expect(200);
    assert!(portal["url"].as_str().unwrap().starts_with("http"));
    let stranger = app.student().await;
    stranger
        .post("/payments/portal", json!({}))
        .await
        .refused(404, "not_found");
    app.admin()
        .await
        .post("/payments/portal", json!({}))
        .await
        .refused(403, "forbidden");
}
