//! The API through the real client, and the answers that the client does not show.

use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use stripe::StripeError;
use stripe_checkout::checkout_session::{ExpireCheckoutSession, RetrieveCheckoutSession};
use stripe_checkout::{CheckoutSessionMode, CheckoutSessionPaymentStatus, CheckoutSessionStatus};
use stripe_core::customer::{CreateCustomer, RetrieveCustomer, RetrieveCustomerReturned};

use crate::shop::{KEY, Shop, browser, client, lesson, metadata, premium, send_with_key};

#[tokio::test]
async fn a_customer_is_made_and_found_again() {
    let shop = Shop::open().await;
    let made = shop.customer().await;
    assert_eq!(made.email.as_deref(), Some("tutor@example.com"));
    let found = RetrieveCustomer::new(made.id.clone())
        .send(&shop.client)
        .await
        .unwrap();
    let RetrieveCustomerReturned::Customer(found) = found else {
        panic!("deleted")
    };
    assert_eq!((found.id, found.metadata), (made.id, made.metadata));
}

#[tokio::test]
async fn a_payment_session_is_made_found_and_expired() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let made = lesson("Урок")
        .customer(customer.id.as_str())
        .send(&shop.client)
        .await
        .unwrap();
    assert_eq!(made.mode, CheckoutSessionMode::Payment);
    assert_eq!(
        (made.amount_total, made.metadata),
        (Some(150_000), Some(metadata()))
    );
    let page = format!("{}pay/{}", shop.fake.base_url(), made.id);
    assert_eq!(made.url, Some(page));

    let expired = ExpireCheckoutSession::new(made.id.clone())
        .send(&shop.client)
        .await
        .unwrap();
    assert_eq!(expired.status, Some(CheckoutSessionStatus::Expired));
    assert_eq!(expired.url, None);
    let found = RetrieveCheckoutSession::new(made.id.clone())
        .send(&shop.client)
        .await
        .unwrap();
    assert_eq!(found.status, Some(CheckoutSessionStatus::Expired));
    let again = ExpireCheckoutSession::new(made.id).send(&shop.client).await;
    assert!(matches!(again, Err(StripeError::Stripe(_, 400))));
}

#[tokio::test]
async fn a_subscription_session_is_made_open_and_unpaid() {
    let shop = Shop::open().await;
    let made = shop.premium().await;
    assert_eq!(made.mode, CheckoutSessionMode::Subscription);
    assert_eq!(made.status, Some(CheckoutSessionStatus::Open));
    assert_eq!(made.payment_status, CheckoutSessionPaymentStatus::Unpaid);
    assert!(made.subscription.is_none());
}

#[tokio::test]
async fn a_session_expires_with_time_and_says_so() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    assert!(shop.fake.advance(Duration::from_secs(24 * 60 * 60)).await);
    let found = RetrieveCheckoutSession::new(session.id)
        .send(&shop.client)
        .await
        .unwrap();
    assert_eq!(found.status, Some(CheckoutSessionStatus::Expired));
    assert_eq!(shop.webhook.kinds(), ["checkout.session.expired"]);
}

#[tokio::test]
async fn errors_have_the_shape_that_the_client_reads() {
    let shop = Shop::open().await;
    let stranger = client(&shop.fake, "sk_test_other");
    let refused = CreateCustomer::new().send(&stranger).await;
    assert!(matches!(refused, Err(StripeError::Stripe(_, 401))));

    let missing = RetrieveCheckoutSession::new("cs_test_none")
        .send(&shop.client)
        .await;
    let Err(StripeError::Stripe(error, 404)) = missing else {
        panic!("{missing:?}")
    };
    assert_eq!(error.code.unwrap().as_str(), "resource_missing");

    let unknown = lesson("Урок").customer("cus_none").send(&shop.client).await;
    let Err(StripeError::Stripe(error, 400)) = unknown else {
        panic!("{unknown:?}")
    };
    assert_eq!(error.param.as_deref(), Some("customer"));

    let empty = stripe_checkout::checkout_session::CreateCheckoutSession::new();
    let empty = empty.send(&shop.client).await;
    let Err(StripeError::Stripe(error, 400)) = empty else {
        panic!("{empty:?}")
    };
    assert_eq!(error.code.unwrap().as_str(), "parameter_missing");
}

#[tokio::test]
async fn a_key_gives_the_same_session_again_and_no_other() {
    let shop = Shop::open().await;
    let first = send_with_key(&lesson("Урок"), "pay:1", &shop.client)
        .await
        .unwrap();
    // Built anew: the order of its metadata on the wire may differ.
    let second = send_with_key(&lesson("Урок"), "pay:1", &shop.client)
        .await
        .unwrap();
    assert_eq!(first.id, second.id);
    let other = send_with_key(&premium(), "pay:1", &shop.client).await;
    let Err(StripeError::Stripe(error, 400)) = other else {
        panic!("{other:?}")
    };
    assert_eq!(error.type_.as_str(), "idempotency_error");
    let free = send_with_key(&premium(), "pay:2", &shop.client)
        .await
        .unwrap();
    assert_ne!(first.id, free.id);
}

#[tokio::test]
async fn once_stopped_it_answers_no_more() {
    let shop = Shop::open().await;
    let address = shop.fake.base_url().to_owned();
    assert_eq!(browser().get(&address).send().await.unwrap().status(), 404);
    shop.fake.stop().await;
    assert!(
        browser()
            .get(&address)
            .send()
            .await
            .unwrap_err()
            .is_connect()
    );
}

#[tokio::test]
async fn a_replayed_answer_is_marked() {
    let shop = Shop::open().await;
    let post = async || {
        let request = browser()
            .post(format!("{}v1/customers", shop.fake.base_url()))
            .header(AUTHORIZATION, format!("Bearer {KEY}"))
            .header("Idempotency-Key", "customer:1")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("email=a%40example.com&metadata[user_id]=u1");
        let response = request.send().await.unwrap();
        let replayed = response.headers().get("Idempotent-Replayed").cloned();
        (replayed, response.json::<Value>().await.unwrap())
    };
    let (first, customer) = post().await;
    let (second, again) = post().await;
    assert_eq!(first, None);
    assert_eq!(second.unwrap(), "true");
    assert_eq!(customer, again);
    assert_eq!(customer["metadata"]["user_id"], "u1");
}
