//! The list of events and what hangs on a paid subscription, over plain HTTP.

use reqwest::header::AUTHORIZATION;
use serde_json::Value;

use crate::shop::{KEY, Shop, browser};

async fn get(shop: &Shop, path: &str) -> Value {
    let request = browser()
        .get(format!("{}v1/{path}", shop.fake.base_url()))
        .header(AUTHORIZATION, format!("Bearer {KEY}"));
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn events_are_listed_newest_first_and_found_by_id() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.pay(&session.id).await.unwrap();
    let page = get(&shop, "events?limit=1").await;
    assert_eq!(page["has_more"], true);
    let newest = &page["data"][0];
    assert_eq!(newest["type"], "checkout.session.completed");
    let id = newest["id"].as_str().unwrap();
    assert_eq!(&get(&shop, &format!("events/{id}")).await, newest);
    let rest = get(&shop, &format!("events?starting_after={id}")).await;
    assert_eq!(rest["data"].as_array().unwrap().len(), 2);
    let missing = get(&shop, "events/evt_none").await;
    assert_eq!(missing["error"]["code"], "resource_missing");
}

#[tokio::test]
async fn a_subscription_and_its_invoice_payment_are_found() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    shop.fake.pay(&session.id).await.unwrap();
    let created = get(&shop, "events?type=customer.subscription.created").await;
    let subscription = &created["data"][0]["data"]["object"];
    let id = subscription["id"].as_str().unwrap();
    assert_eq!(
        &get(&shop, &format!("subscriptions/{id}")).await,
        subscription
    );
    let invoice = subscription["latest_invoice"].as_str().unwrap();
    let payments = get(&shop, &format!("invoice_payments?invoice={invoice}")).await;
    assert_eq!(payments["data"][0]["amount_paid"], 150_000);
    assert_eq!(payments["data"][0]["payment"]["type"], "payment_intent");
}
