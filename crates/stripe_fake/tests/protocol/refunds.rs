//! Giving money back.

use serde_json::{Value, json};
use stripe::StripeError;
use stripe_core::refund::{CreateRefund, RetrieveRefund};
use stripe_fake::ControlError;

use crate::shop::Shop;

/// Gives back a part of the charge, or all that is left. The answer must be 200.
async fn refund(shop: &Shop, charge: &Value, amount: Option<i64>) -> Value {
    let (status, refund) = shop.post("v1/refunds", &form(charge, amount)).await;
    assert_eq!(status, 200, "{refund}");
    refund
}

fn form(charge: &Value, amount: Option<i64>) -> String {
    let charge = charge["id"].as_str().unwrap();
    let amount = amount.map(|amount| format!("&amount={amount}"));
    format!("charge={charge}{}", amount.unwrap_or_default())
}

async fn charge_now(shop: &Shop, charge: &Value) -> Value {
    let path = format!("v1/charges/{}", charge["id"].as_str().unwrap());
    shop.get(&path).await.1
}

#[tokio::test]
async fn a_refund_by_the_real_client_gives_back_all_that_was_paid() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let intent = charge["payment_intent"].as_str().unwrap();
    let made = CreateRefund::new()
        .payment_intent(intent)
        .send(&shop.client)
        .await
        .unwrap();
    assert_eq!(made.amount, 150_000);
    assert_eq!(made.status.as_deref(), Some("succeeded"));
    let found = RetrieveRefund::new(made.id.clone())
        .send(&shop.client)
        .await
        .unwrap();
    assert_eq!(found.id, made.id);
    let charge = charge_now(&shop, &charge).await;
    assert_eq!(charge["refunded"], true);
}

#[tokio::test]
async fn a_refund_is_told_with_what_it_has_changed() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let mark = shop.mark();
    let made = refund(&shop, &charge, Some(50_000)).await;
    let kinds = ["refund.created", "charge.refunded", "refund.updated"];
    assert_eq!(shop.kinds_since(mark), kinds);
    assert_eq!(shop.object("refund.created"), made);
    let refunded = shop.event("charge.refunded");
    assert_eq!(refunded["data"]["object"]["amount_refunded"], 50_000);
    assert_eq!(refunded["data"]["object"]["refunded"], false);
    let previous = &refunded["data"]["previous_attributes"];
    assert_eq!(previous, &json!({"amount_refunded": 0}));
}

#[tokio::test]
async fn every_event_about_a_refund_is_one_that_the_generated_types_read() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let made = refund(&shop, &charge, None).await;
    let id = made["id"].as_str().unwrap();
    assert!(shop.fake.let_refund_fail(id).await.unwrap());
    for event in shop.fake.events() {
        let answer = shop.fake.deliver(event["id"].as_str().unwrap()).await;
        assert_eq!(answer.unwrap().status, 200, "{event}");
    }
}

#[tokio::test]
async fn more_than_is_left_is_refused() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    refund(&shop, &charge, Some(100_000)).await;
    let (status, refused) = shop.post("v1/refunds", &form(&charge, Some(50_001))).await;
    assert_eq!(status, 400);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("is greater than unrefunded amount"),
        "{message}"
    );
    refund(&shop, &charge, Some(50_000)).await;
}

#[tokio::test]
async fn a_charge_without_anything_left_is_refunded_already() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    refund(&shop, &charge, None).await;
    let id = charge["id"].as_str().unwrap();
    let again = CreateRefund::new().charge(id).send(&shop.client).await;
    let Err(StripeError::Stripe(error, 400)) = again else {
        panic!("{again:?}")
    };
    assert_eq!(error.code.unwrap().as_str(), "charge_already_refunded");
}

#[tokio::test]
async fn a_refund_under_one_key_is_made_once() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let send = async || {
        let request = shop
            .request(reqwest::Method::POST, "v1/refunds")
            .header("Idempotency-Key", "refund:1")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form(&charge, Some(50_000)));
        crate::plain::answer(request).await
    };
    assert_eq!(send().await, send().await);
    assert_eq!(charge_now(&shop, &charge).await["amount_refunded"], 50_000);
}

#[tokio::test]
async fn refunds_are_listed_by_payment_intent_newest_first() {
    let shop = Shop::open().await;
    let (charge, other) = (shop.paid_lesson().await, shop.paid_lesson().await);
    let first = refund(&shop, &charge, Some(100)).await;
    refund(&shop, &other, Some(100)).await;
    let second = refund(&shop, &charge, Some(200)).await;
    let intent = charge["payment_intent"].as_str().unwrap();
    let path = format!("v1/refunds?payment_intent={intent}");
    let (_, page) = shop.get(&path).await;
    let ids = |page: &Value| {
        let data = page["data"].as_array().unwrap();
        data.iter()
            .map(|refund| refund["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&page), [second["id"].clone(), first["id"].clone()]);
    let after = second["id"].as_str().unwrap();
    let (_, rest) = shop.get(&format!("{path}&starting_after={after}")).await;
    assert_eq!(ids(&rest), [first["id"].clone()]);
}

#[tokio::test]
async fn a_refund_that_is_held_is_pending_until_it_succeeds() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    shop.fake.hold_refunds(true);
    let mark = shop.mark();
    let held = refund(&shop, &charge, None).await;
    assert_eq!(held["status"], "pending");
    assert_eq!(
        shop.kinds_since(mark),
        ["refund.created", "charge.refunded"]
    );
    let id = held["id"].as_str().unwrap();
    shop.fake.let_refund_succeed(id).await.unwrap();
    let updated = shop.event("refund.updated");
    assert_eq!(updated["data"]["object"]["status"], "succeeded");
    assert_eq!(updated["data"]["previous_attributes"]["status"], "pending");
}

#[tokio::test]
async fn a_refund_that_fails_leaves_its_money_on_the_charge() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let made = refund(&shop, &charge, None).await;
    let mark = shop.mark();
    let id = made["id"].as_str().unwrap();
    shop.fake.let_refund_fail(id).await.unwrap();
    assert_eq!(shop.kinds_since(mark), ["refund.updated", "refund.failed"]);
    assert_eq!(shop.object("refund.failed")["status"], "failed");
    let now = charge_now(&shop, &charge).await;
    assert_eq!(
        (&now["amount_refunded"], &now["refunded"]),
        (&json!(0), &json!(false))
    );
    let again = shop.fake.let_refund_fail(id).await;
    assert!(matches!(again, Err(ControlError::NotNow(_))));
}

#[tokio::test]
async fn what_was_never_paid_is_not_given_back() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.decline(&session.id).await.unwrap();
    let charge = shop.object("charge.failed");
    assert_eq!(shop.post("v1/refunds", &form(&charge, None)).await.0, 400);
    let intent = charge["payment_intent"].as_str().unwrap();
    let by_intent = format!("payment_intent={intent}");
    let (status, refused) = shop.post("v1/refunds", &by_intent).await;
    assert_eq!(status, 400);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("does not have a successful charge"),
        "{message}"
    );
}

#[tokio::test]
async fn a_refund_that_makes_no_sense_names_its_parameter() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    for (wrong, param) in [
        ("amount=0", "amount"),
        ("amount=x", "amount"),
        ("reason=mood", "reason"),
    ] {
        let form = format!("{}&{wrong}", form(&charge, None));
        let (status, refused) = shop.post("v1/refunds", &form).await;
        assert_eq!((status, &refused["error"]["param"]), (400, &json!(param)));
    }
    let (_, unknown) = shop.post("v1/refunds", "charge=ch_none").await;
    assert_eq!(unknown["error"]["code"], "resource_missing");
    let (_, missing) = shop.post("v1/refunds", "amount=1").await;
    assert_eq!(missing["error"]["code"], "parameter_missing");
}
