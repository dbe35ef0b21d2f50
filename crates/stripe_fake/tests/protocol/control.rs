//! Steering the fake over HTTP, as one does with `curl`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::plain::{Answer, answer};
use crate::shop::{Shop, browser};

/// A call with a JSON body, or with none for null. No key, no type of content.
async fn control(shop: &Shop, path: &str, body: Value) -> Answer {
    let url = format!("{}control/{path}", shop.fake.base_url());
    let request = browser().post(url);
    answer(match body {
        Value::Null => request,
        body => request.body(body.to_string()),
    })
    .await
}

async fn overview(shop: &Shop) -> Value {
    let url = format!("{}control", shop.fake.base_url());
    answer(browser().get(url)).await.1
}

/// The types of the events that an answer tells of.
fn kinds(told: &Value) -> Vec<&str> {
    let events = told["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_month_passes_and_the_answer_tells_what_came_of_it() {
    let shop = Shop::open().await;
    shop.subscriber().await;
    let (status, told) = control(&shop, "advance", json!({"days": 31, "hours": 2})).await;
    assert_eq!((status, &told["delivered"]), (200, &json!(true)));
    assert_eq!(kinds(&told)[0], "customer.subscription.updated");
    assert!(kinds(&told).contains(&"invoice.paid"));
    let ahead = overview(&shop).await["ahead_seconds"].clone();
    assert_eq!(ahead, 31 * 86_400 + 2 * 3_600);
}

#[tokio::test]
async fn the_overview_names_what_there_is() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let id = shop.subscriber().await;
    let seen = overview(&shop).await;
    let subscription = &seen["subscriptions"][0];
    assert_eq!(subscription["id"], id);
    assert_eq!(subscription["status"], "active");
    assert!(subscription["current_period_end"].is_string());
    let sessions = seen["sessions"].as_array().unwrap();
    let open = sessions.iter().find(|seen| seen["status"] == "open");
    assert_eq!(open.unwrap()["id"], session.id.as_str());
    assert_eq!(seen["delivery"], "automatic");
}

#[tokio::test]
async fn a_subscription_is_cancelled_now_by_the_session_that_began_it() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    shop.fake.pay(&session.id).await.unwrap();
    let path = format!("subscriptions/{}/cancel", session.id);
    let (status, told) = control(&shop, &path, Value::Null).await;
    assert_eq!((status, &told["status"]), (200, &json!("canceled")));
    assert_eq!(kinds(&told), ["customer.subscription.deleted"]);
    let (status, again) = control(&shop, &path, Value::Null).await;
    assert_eq!((status, &again["error"]["code"]), (409, &json!("not_now")));
}

#[tokio::test]
async fn a_subscription_is_cancelled_with_its_period_and_resumed() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    let at_end = json!({"at_period_end": true});
    let (_, told) = control(&shop, &format!("subscriptions/{id}/cancel"), at_end).await;
    assert_eq!(told["status"], "active");
    assert_eq!(told["cancel_at_period_end"], true);
    let (_, told) = control(&shop, &format!("subscriptions/{id}/resume"), Value::Null).await;
    assert_eq!(told["cancel_at_period_end"], false);
}

#[tokio::test]
async fn cards_are_declined_when_told() {
    let shop = Shop::open().await;
    shop.subscriber().await;
    control(&shop, "cards", json!({"decline": true})).await;
    let (_, told) = control(&shop, "advance", json!({"days": 32})).await;
    assert!(kinds(&told).contains(&"invoice.payment_failed"));
    assert_eq!(
        overview(&shop).await["subscriptions"][0]["status"],
        "past_due"
    );
}

#[tokio::test]
async fn a_customer_is_deleted_when_told() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let path = format!("customers/{}/delete", customer.id);
    let (_, told) = control(&shop, &path, Value::Null).await;
    assert_eq!(kinds(&told), ["customer.deleted"]);
    assert_eq!(overview(&shop).await["customers"][0]["deleted"], true);
}

#[tokio::test]
async fn a_refund_is_held_and_then_settled() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    control(&shop, "refunds", json!({"hold": true})).await;
    for (outcome, kinds_told) in [
        ("succeed", &["refund.updated"][..]),
        ("fail", &["refund.updated", "refund.failed"][..]),
    ] {
        let form = format!("charge={}&amount=100", charge["id"].as_str().unwrap());
        let (_, refund) = shop.post("v1/refunds", &form).await;
        assert_eq!(refund["status"], "pending");
        let path = format!("refunds/{}/{outcome}", refund["id"].as_str().unwrap());
        let (_, told) = control(&shop, &path, Value::Null).await;
        assert_eq!(kinds(&told), kinds_told);
    }
    assert_eq!(overview(&shop).await["refunds"][1]["status"], "failed");
}

#[tokio::test]
async fn a_dispute_is_opened_and_decided() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.pay(&session.id).await.unwrap();
    let new = json!({"charge": session.id, "inquiry": true, "amount": 100});
    let (_, opened) = control(&shop, "disputes", new).await;
    let id = opened["id"].as_str().unwrap();
    assert_eq!(shop.object("charge.dispute.created")["amount"], 100);
    let (_, told) = control(&shop, &format!("disputes/{id}/escalate"), Value::Null).await;
    assert_eq!(told["status"], "needs_response");
    let (_, told) = control(&shop, &format!("disputes/{id}/lose"), Value::Null).await;
    assert_eq!(kinds(&told), ["charge.dispute.closed"]);
    assert_eq!(overview(&shop).await["disputes"][0]["status"], "lost");
}

#[tokio::test]
async fn deliveries_go_as_told_and_an_event_is_delivered_again() {
    let shop = Shop::open().await;
    let (_, told) = control(&shop, "delivery", json!({"policy": "manual"})).await;
    assert_eq!(told["policy"], "manual");
    shop.paid_lesson().await;
    assert!(shop.webhook.kinds().is_empty());
    let id = shop.event("charge.succeeded")["id"].clone();
    let path = format!("events/{}/deliver", id.as_str().unwrap());
    let (_, answered) = control(&shop, &path, Value::Null).await;
    assert_eq!(answered["status"], 200);
    assert_eq!(shop.webhook.kinds(), ["charge.succeeded"]);

    let disorder = json!({"policy": "disorderly", "seed": 1, "repeats": 1});
    control(&shop, "delivery", disorder).await;
    let session = shop.lesson().await;
    shop.fake.let_expire(&session.id).await.unwrap();
    assert_eq!(shop.webhook.kinds().len(), 3);
}

#[tokio::test]
async fn calls_fail_when_told_and_no_longer_when_told() {
    let shop = Shop::open().await;
    let fault = json!({"fault": "rate_limited", "count": 3, "path": "/v1/events"});
    let (_, told) = control(&shop, "faults", fault).await;
    assert_eq!(told["calls_to_fail"], 3);
    assert_eq!(shop.get("v1/events").await.0, 429);
    let clear = shop.request(Method::DELETE, "control/faults");
    assert_eq!(answer(clear).await.1["calls_to_fail"], 0);
    assert_eq!(shop.get("v1/events").await.0, 200);
}

#[tokio::test]
async fn what_it_does_not_know_is_a_clear_error() {
    let shop = Shop::open().await;
    for (path, body, status, code) in [
        ("advance", json!({"weeks": 1}), 422, "invalid"),
        ("advance", json!({}), 422, "invalid"),
        ("advance", json!({"days": 4_000}), 422, "invalid"),
        ("advance", json!({"days": -1}), 422, "invalid"),
        ("cards", Value::Null, 422, "invalid"),
        ("delivery", json!({"policy": "pigeon"}), 422, "invalid"),
        (
            "faults",
            json!({"fault": "hang", "path": "pay"}),
            422,
            "invalid",
        ),
        (
            "faults",
            json!({"fault": "hang", "count": 0}),
            422,
            "invalid",
        ),
        ("disputes", json!({"charge": "ch_none"}), 404, "no_such"),
        ("disputes/du_none/win", Value::Null, 404, "no_such"),
        ("disputes/du_none/draw", Value::Null, 404, "no_such"),
        ("refunds/re_none/fail", Value::Null, 404, "no_such"),
        ("subscriptions/sub_none/cancel", Value::Null, 404, "no_such"),
        ("customers/cus_none/delete", Value::Null, 404, "no_such"),
        ("events/evt_none/deliver", Value::Null, 404, "no_such"),
        ("nothing", Value::Null, 404, "unknown_url"),
    ] {
        let (told, refused) = control(&shop, path, body.clone()).await;
        let said = (told, refused["error"]["code"].as_str());
        assert_eq!(said, (status, Some(code)), "{path} {body}");
        assert!(refused["error"]["message"].is_string(), "{path} {body}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_400() {
    let shop = Shop::open().await;
    let url = format!("{}control/advance", shop.fake.base_url());
    let (status, refused) = answer(browser().post(url).body("days=31")).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (400, &json!("not_json"))
    );
}
