//! Paying from inside the process: the events, their contents and their delivery.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use stripe_fake::{DeliveryPolicy, PayError};
use tokio::net::TcpSocket;

use crate::shop::Shop;

fn object<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    let event = events.iter().find(|event| event["type"] == kind);
    &event.expect(kind)["data"]["object"]
}

#[tokio::test]
async fn a_paid_lesson_reaches_the_webhook() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let payment = shop.fake.pay(&session.id).await.unwrap();
    assert!(payment.delivered);
    let kinds = [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ];
    assert_eq!(shop.webhook.kinds(), kinds);

    let events = shop.fake.events();
    let completed = object(&events, "checkout.session.completed");
    assert_eq!(completed["payment_status"], "paid");
    assert_eq!(completed["amount_total"], 150_000);
    assert_eq!(completed["currency"], "rub");
    assert_eq!(completed["metadata"]["payment_id"], "p1");
    assert_eq!(completed["client_reference_id"], "u1");
    let intent = object(&events, "payment_intent.succeeded");
    assert_eq!(completed["payment_intent"], intent["id"]);
    assert_eq!(intent["metadata"]["payment_id"], "p1");
    assert_eq!(
        intent["latest_charge"],
        object(&events, "charge.succeeded")["id"]
    );
    assert_eq!(events[0]["pending_webhooks"], 0);
}

#[tokio::test]
async fn a_paid_subscription_reaches_the_webhook() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    assert!(shop.fake.pay(&session.id).await.unwrap().delivered);
    let kinds = [
        "customer.subscription.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
        "checkout.session.completed",
    ];
    assert_eq!(shop.webhook.kinds(), kinds);

    let events = shop.fake.events();
    let subscription = object(&events, "customer.subscription.created");
    let invoice = object(&events, "invoice.paid");
    let completed = object(&events, "checkout.session.completed");
    assert_eq!(completed["subscription"], subscription["id"]);
    assert_eq!(completed["invoice"], invoice["id"]);
    assert_eq!(subscription["metadata"]["payment_id"], "p1");
    let payment = object(&events, "invoice_payment.paid");
    assert_eq!(payment["invoice"], invoice["id"]);
    let intent = object(&events, "payment_intent.succeeded");
    assert_eq!(payment["payment"]["payment_intent"], intent["id"]);
    let parent = &invoice["parent"]["subscription_details"];
    assert_eq!(parent["subscription"], subscription["id"]);
    assert_eq!(parent["metadata"]["payment_id"], "p1");
    assert_eq!(invoice["total"], 150_000);
    let (item, line) = (
        &subscription["items"]["data"][0],
        &invoice["lines"]["data"][0],
    );
    assert_eq!(line["period"]["end"], item["current_period_end"]);
    assert_eq!(
        line["parent"]["subscription_item_details"]["proration"],
        false
    );
    let days = (line["period"]["end"].as_i64().unwrap()
        - line["period"]["start"].as_i64().unwrap())
        / 86_400;
    assert!((28..=31).contains(&days), "{days}");
}

#[tokio::test]
async fn a_session_is_paid_once_and_not_after_it_expired() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.pay(&session.id).await.unwrap();
    assert_eq!(shop.fake.pay(&session.id).await, Err(PayError::AlreadyPaid));
    let late = shop.lesson().await;
    shop.fake.advance(Duration::from_secs(25 * 60 * 60)).await;
    assert_eq!(shop.fake.pay(&late.id).await, Err(PayError::Expired));
    assert!(matches!(
        shop.fake.pay("cs_none").await,
        Err(PayError::NoSuchSession(_))
    ));
}

#[tokio::test]
async fn by_hand_an_event_goes_out_only_when_told_and_as_often_as_told() {
    let shop = Shop::open().await;
    shop.fake.set_delivery(DeliveryPolicy::Manual);
    let session = shop.lesson().await;
    assert!(!shop.fake.pay(&session.id).await.unwrap().delivered);
    assert!(shop.webhook.kinds().is_empty());

    let events = shop.fake.events();
    let last = events[2]["id"].as_str().unwrap();
    for _ in 0..2 {
        assert_eq!(shop.fake.deliver(last).await.unwrap().status, 200);
    }
    assert_eq!(shop.webhook.kinds(), ["checkout.session.completed"; 2]);
    assert!(shop.fake.deliver("evt_none").await.is_err());
}

#[tokio::test]
async fn a_webhook_that_fails_or_starts_late_is_tried_again() {
    // Bound, so that no other test gets the port; refusing until it listens.
    let endpoint = TcpSocket::new_v4().unwrap();
    endpoint
        .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
        .unwrap();
    let shop = Shop::open_for(endpoint.local_addr().unwrap()).await;
    let webhook = shop.webhook.clone();
    webhook.answer_with(500);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        webhook.listen(endpoint.listen(64).unwrap().into_std().unwrap());
        tokio::time::sleep(Duration::from_millis(150)).await;
        webhook.answer_with(200);
    });
    let session = shop.lesson().await;
    assert!(shop.fake.pay(&session.id).await.unwrap().delivered);
    assert_eq!(shop.webhook.kinds().len(), 3);
}
