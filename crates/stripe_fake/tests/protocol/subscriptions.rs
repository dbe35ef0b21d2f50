//! The life of a subscription after its first payment.

use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::Shop;

/// Longer than any month.
const MONTH_H: u64 = 31 * 24;
const HOUR_S: i64 = 3_600;

/// The `created` of the events of one type, oldest first.
fn times(shop: &Shop, kind: &str) -> Vec<i64> {
    let events = shop.fake.events();
    let of_kind = events.iter().filter(|event| event["type"] == kind);
    of_kind
        .map(|event| event["created"].as_i64().unwrap())
        .collect()
}

fn period(subscription: &Value) -> (i64, i64) {
    let item = &subscription["items"]["data"][0];
    let second = |name: &str| item[name].as_i64().unwrap();
    (second("current_period_start"), second("current_period_end"))
}

/// To a moment after the end of the first period, whatever month it is.
async fn advance_past_first_period(shop: &Shop, seconds: i64) -> bool {
    let (_, end) = period(&shop.object("customer.subscription.created"));
    // The period began within a second, not on it.
    let left = end + seconds + 1 - shop.fake.now().timestamp();
    let left = Duration::from_secs(left.try_into().unwrap());
    shop.fake.advance(left).await
}

async fn status(shop: &Shop, id: &str) -> Value {
    let (_, subscription) = shop.get(&format!("v1/subscriptions/{id}")).await;
    subscription["status"].clone()
}

#[tokio::test]
async fn a_renewal_begins_the_period_and_is_paid_an_hour_later() {
    let shop = Shop::open().await;
    shop.subscriber().await;
    let first = shop.object("customer.subscription.created");
    let mark = shop.mark();
    assert!(advance_past_first_period(&shop, HOUR_S).await);
    let kinds = [
        "customer.subscription.updated",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ];
    assert_eq!(shop.kinds_since(mark), kinds);
    let (updated, invoice) = (
        shop.event("customer.subscription.updated"),
        shop.event("invoice.paid"),
    );
    let (start, end) = period(&updated["data"]["object"]);
    assert_eq!(start, period(&first).1);
    assert_eq!(updated["created"], start);
    assert_eq!(invoice["created"], start + HOUR_S);
    let invoice = &invoice["data"]["object"];
    assert_eq!(invoice["billing_reason"], "subscription_cycle");
    let paid_for = json!({"start": start, "end": end});
    assert_eq!(invoice["lines"]["data"][0]["period"], paid_for);
}

#[tokio::test]
async fn an_update_tells_what_was_before() {
    let shop = Shop::open().await;
    shop.subscriber().await;
    let first = shop.object("customer.subscription.created");
    advance_past_first_period(&shop, 0).await;
    let updated = shop.event("customer.subscription.updated");
    let previous = &updated["data"]["previous_attributes"];
    assert_eq!(previous["items"]["data"], first["items"]["data"]);
    assert_eq!(previous["latest_invoice"], first["latest_invoice"]);
    assert_eq!(previous["status"], Value::Null);
}

#[tokio::test]
async fn a_jump_over_many_months_takes_each_at_its_time() {
    let shop = Shop::open().await;
    shop.subscriber().await;
    shop.advance_hours(6 * MONTH_H).await;
    let (begun, paid) = (
        times(&shop, "customer.subscription.updated"),
        times(&shop, "invoice.paid"),
    );
    assert!((6..=7).contains(&begun.len()), "{}", begun.len());
    let an_hour_later = begun.iter().map(|at| at + HOUR_S);
    assert!(an_hour_later.take(6).eq(paid[1..=6].iter().copied()));
    let all = shop.fake.events();
    assert!(all.is_sorted_by_key(|event| event["created"].as_i64()));
}

#[tokio::test]
async fn every_event_of_a_long_life_is_one_that_the_generated_types_read() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    shop.fake.decline_cards(true);
    advance_past_first_period(&shop, 30 * HOUR_S).await;
    shop.fake.decline_cards(false);
    shop.advance_hours(MONTH_H).await;
    shop.delete(&format!("v1/subscriptions/{id}")).await;
    // An event that they can't read is answered 400.
    for event in shop.fake.events() {
        let answer = shop.fake.deliver(event["id"].as_str().unwrap()).await;
        assert_eq!(answer.unwrap().status, 200, "{event}");
    }
}

#[tokio::test]
async fn a_declined_renewal_is_tried_again_and_then_ends_the_subscription() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    shop.fake.decline_cards(true);
    advance_past_first_period(&shop, HOUR_S).await;
    assert_eq!(status(&shop, &id).await, "past_due");
    let previous = &shop.event("customer.subscription.updated")["data"]["previous_attributes"];
    assert_eq!(previous, &json!({"status": "active"}));
    shop.advance_hours(5 * 24).await;
    let failed = times(&shop, "invoice.payment_failed");
    let days: Vec<i64> = failed.iter().map(|at| (at - failed[0]) / 86_400).collect();
    assert_eq!(days, [0, 1, 3, 5]);
    let ended = shop.object("customer.subscription.deleted");
    assert_eq!(ended["status"], "canceled");
    assert_eq!(ended["cancellation_details"]["reason"], "payment_failed");
    assert_eq!(ended["ended_at"], failed[3]);
}

#[tokio::test]
async fn a_retry_that_is_paid_makes_the_subscription_active_again() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    shop.fake.decline_cards(true);
    advance_past_first_period(&shop, HOUR_S).await;
    shop.fake.decline_cards(false);
    shop.advance_hours(24).await;
    assert_eq!(status(&shop, &id).await, "active");
    let invoice = shop.object("invoice.paid");
    assert_eq!(invoice["id"], shop.object("invoice.payment_failed")["id"]);
    assert_eq!(invoice["attempt_count"], 2);
}

#[tokio::test]
async fn a_cancellation_at_period_end_ends_then_and_renews_no_more() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    let path = format!("v1/subscriptions/{id}");
    let (_, updated) = shop.post(&path, "cancel_at_period_end=true").await;
    assert_eq!(updated["cancel_at_period_end"], true);
    assert_eq!(updated["status"], "active");
    let event = shop.event("customer.subscription.updated");
    let previous = &event["data"]["previous_attributes"];
    assert_eq!(previous["cancel_at_period_end"], false);
    assert!(event["request"]["id"].is_string());
    shop.advance_hours(2 * MONTH_H).await;
    let ended = shop.event("customer.subscription.deleted");
    let (object, end) = (&ended["data"]["object"], period(&updated).1);
    assert_eq!(
        (&ended["created"], &object["ended_at"]),
        (&json!(end), &json!(end))
    );
    assert_eq!(times(&shop, "invoice.paid").len(), 1);
}

#[tokio::test]
async fn a_cancellation_at_period_end_can_be_taken_back() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    let path = format!("v1/subscriptions/{id}");
    shop.post(&path, "cancel_at_period_end=true").await;
    let (_, resumed) = shop.post(&path, "cancel_at_period_end=false").await;
    assert_eq!(resumed["canceled_at"], Value::Null);
    advance_past_first_period(&shop, HOUR_S).await;
    assert_eq!(status(&shop, &id).await, "active");
}

#[tokio::test]
async fn a_cancellation_ends_the_subscription_at_once() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    let path = format!("v1/subscriptions/{id}");
    let (code, ended) = shop.delete(&path).await;
    assert_eq!((code, &ended["status"]), (200, &json!("canceled")));
    assert_eq!(
        shop.event("customer.subscription.deleted")["data"]["object"],
        ended
    );
    let mark = shop.mark();
    shop.advance_hours(2 * MONTH_H).await;
    assert!(shop.kinds_since(mark).is_empty());
}

#[tokio::test]
async fn what_has_ended_is_not_changed_any_more() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    let path = format!("v1/subscriptions/{id}");
    shop.delete(&path).await;
    assert_eq!(shop.post(&path, "cancel_at_period_end=true").await.0, 400);
    let (code, missing) = shop.delete(&path).await;
    assert_eq!(code, 404);
    assert_eq!(missing["error"]["code"], "resource_missing");
    assert_eq!(shop.get(&path).await.0, 200);
}

#[tokio::test]
async fn a_renewal_waiting_to_be_charged_is_dropped_when_its_subscription_ends() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    advance_past_first_period(&shop, HOUR_S / 2).await;
    shop.delete(&format!("v1/subscriptions/{id}")).await;
    shop.advance_hours(24).await;
    assert_eq!(times(&shop, "invoice.paid").len(), 1);
}

#[tokio::test]
async fn an_update_that_makes_no_sense_is_refused() {
    let shop = Shop::open().await;
    let id = shop.subscriber().await;
    let (code, refused) = shop
        .post(
            &format!("v1/subscriptions/{id}"),
            "cancel_at_period_end=perhaps",
        )
        .await;
    assert_eq!(code, 400);
    assert_eq!(refused["error"]["param"], "cancel_at_period_end");
    assert_eq!(shop.post("v1/subscriptions/sub_none", "").await.0, 404);
}
