//! The list of events and what hangs on a paid subscription, over plain HTTP.

use crate::shop::Shop;

#[tokio::test]
async fn events_are_listed_newest_first_and_found_by_id() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.pay(&session.id).await.unwrap();
    let page = shop.get("v1/events?limit=1").await.1;
    assert_eq!(page["has_more"], true);
    let newest = &page["data"][0];
    assert_eq!(newest["type"], "checkout.session.completed");
    let id = newest["id"].as_str().unwrap();
    assert_eq!(&shop.get(&format!("v1/events/{id}")).await.1, newest);
    let rest = shop.get(&format!("v1/events?starting_after={id}")).await.1;
    assert_eq!(rest["data"].as_array().unwrap().len(), 2);
    let missing = shop.get("v1/events/evt_none").await.1;
    assert_eq!(missing["error"]["code"], "resource_missing");
}

#[tokio::test]
async fn a_subscription_and_its_invoice_payment_are_found() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    shop.fake.pay(&session.id).await.unwrap();
    let created = shop
        .get("v1/events?type=customer.subscription.created")
        .await
        .1;
    let subscription = &created["data"][0]["data"]["object"];
    let id = subscription["id"].as_str().unwrap();
    assert_eq!(
        &shop.get(&format!("v1/subscriptions/{id}")).await.1,
        subscription
    );
    let invoice = subscription["latest_invoice"].as_str().unwrap();
    let payments = shop
        .get(&format!("v1/invoice_payments?invoice={invoice}"))
        .await
        .1;
    assert_eq!(payments["data"][0]["amount_paid"], 150_000);
    assert_eq!(payments["data"][0]["payment"]["type"], "payment_intent");
}
