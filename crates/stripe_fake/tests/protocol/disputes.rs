//! Payers who go to their bank.

use serde_json::json;
use stripe_fake::{ControlError, DisputeStep};

use crate::shop::Shop;

#[tokio::test]
async fn a_dispute_takes_the_money_and_names_the_charge() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let mark = shop.mark();
    let id = shop.fake.open_dispute(charge["id"].as_str().unwrap()).await;
    let kinds = ["charge.dispute.created", "charge.dispute.funds_withdrawn"];
    assert_eq!(shop.kinds_since(mark), kinds);
    let dispute = shop.object("charge.dispute.created");
    assert_eq!(dispute["id"], id.unwrap());
    assert_eq!(dispute["charge"], charge["id"]);
    assert_eq!(dispute["payment_intent"], charge["payment_intent"]);
    assert_eq!(
        (&dispute["amount"], &dispute["currency"]),
        (&json!(150_000), &json!("rub"))
    );
    assert_eq!(dispute["status"], "needs_response");
}

#[tokio::test]
async fn every_event_about_a_dispute_is_one_that_the_generated_types_read() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let id = shop
        .fake
        .open_inquiry(charge["id"].as_str().unwrap())
        .await
        .unwrap();
    for step in [DisputeStep::Escalate, DisputeStep::Win] {
        assert!(shop.fake.go_on_with_dispute(&id, step).await.unwrap());
    }
    assert_eq!(shop.webhook.kinds().len(), shop.mark());
}

#[tokio::test]
async fn a_dispute_that_is_won_brings_the_money_back() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let id = shop
        .fake
        .open_dispute(charge["id"].as_str().unwrap())
        .await
        .unwrap();
    let mark = shop.mark();
    shop.fake
        .go_on_with_dispute(&id, DisputeStep::Win)
        .await
        .unwrap();
    let kinds = ["charge.dispute.closed", "charge.dispute.funds_reinstated"];
    assert_eq!(shop.kinds_since(mark), kinds);
    assert_eq!(shop.object("charge.dispute.closed")["status"], "won");
}

#[tokio::test]
async fn a_dispute_that_is_lost_does_not() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let id = shop
        .fake
        .open_dispute(charge["id"].as_str().unwrap())
        .await
        .unwrap();
    let mark = shop.mark();
    shop.fake
        .go_on_with_dispute(&id, DisputeStep::Lose)
        .await
        .unwrap();
    assert_eq!(shop.kinds_since(mark), ["charge.dispute.closed"]);
    assert_eq!(shop.object("charge.dispute.closed")["status"], "lost");
}

#[tokio::test]
async fn an_inquiry_moves_no_money_and_can_be_closed() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let mark = shop.mark();
    let id = shop
        .fake
        .open_inquiry(charge["id"].as_str().unwrap())
        .await
        .unwrap();
    let opened = shop.object("charge.dispute.created");
    assert_eq!(opened["status"], "warning_needs_response");
    shop.fake
        .go_on_with_dispute(&id, DisputeStep::Close)
        .await
        .unwrap();
    assert_eq!(
        shop.object("charge.dispute.closed")["status"],
        "warning_closed"
    );
    let kinds = ["charge.dispute.created", "charge.dispute.closed"];
    assert_eq!(shop.kinds_since(mark), kinds);
}

#[tokio::test]
async fn an_inquiry_that_becomes_a_dispute_takes_the_money_then() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let id = shop
        .fake
        .open_inquiry(charge["id"].as_str().unwrap())
        .await
        .unwrap();
    let mark = shop.mark();
    shop.fake
        .go_on_with_dispute(&id, DisputeStep::Escalate)
        .await
        .unwrap();
    let kinds = ["charge.dispute.updated", "charge.dispute.funds_withdrawn"];
    assert_eq!(shop.kinds_since(mark), kinds);
    let updated = shop.event("charge.dispute.updated");
    let previous = &updated["data"]["previous_attributes"]["status"];
    assert_eq!(previous, "warning_needs_response");
}

#[tokio::test]
async fn a_disputed_charge_is_not_refunded_until_it_is_won() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let charge = charge["id"].as_str().unwrap();
    let id = shop.fake.open_dispute(charge).await.unwrap();
    let form = format!("charge={charge}");
    let (status, refused) = shop.post("v1/refunds", &form).await;
    assert_eq!(status, 400);
    assert_eq!(refused["error"]["code"], "charge_disputed");
    shop.fake
        .go_on_with_dispute(&id, DisputeStep::Win)
        .await
        .unwrap();
    assert_eq!(shop.post("v1/refunds", &form).await.0, 200);
}

#[tokio::test]
async fn an_inquiry_leaves_the_charge_to_be_refunded() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let charge = charge["id"].as_str().unwrap();
    shop.fake.open_inquiry(charge).await.unwrap();
    let form = format!("charge={charge}");
    assert_eq!(shop.post("v1/refunds", &form).await.0, 200);
}

#[tokio::test]
async fn a_dispute_is_opened_by_whatever_led_to_the_charge() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    shop.fake.pay(&session.id).await.unwrap();
    let charge = shop.object("charge.succeeded")["id"].clone();
    let paid = shop.object("checkout.session.completed");
    for name in ["id", "invoice", "subscription"] {
        let id = shop
            .fake
            .open_dispute(paid[name].as_str().unwrap())
            .await
            .unwrap();
        assert_eq!(shop.object("charge.dispute.created")["charge"], charge);
        shop.fake
            .go_on_with_dispute(&id, DisputeStep::Win)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_is_an_error() {
    let shop = Shop::open().await;
    let none = shop.fake.open_dispute("ch_none").await;
    assert!(matches!(none, Err(ControlError::NoSuch { .. })));
    let charge = shop.paid_lesson().await;
    let charge = charge["id"].as_str().unwrap();
    let id = shop.fake.open_dispute(charge).await.unwrap();
    let twice = shop.fake.open_dispute(charge).await;
    assert!(matches!(twice, Err(ControlError::NotNow(_))));
    let closed = shop.fake.go_on_with_dispute(&id, DisputeStep::Close).await;
    assert!(matches!(closed, Err(ControlError::NotNow(_))));
}
