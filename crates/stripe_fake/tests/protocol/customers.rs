//! Customers who go.

use serde_json::json;
use stripe_core::customer::{DeleteCustomer, RetrieveCustomer, RetrieveCustomerReturned};

use crate::shop::{Shop, lesson, premium};

#[tokio::test]
async fn a_deleted_customer_is_known_as_deleted() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let deleted = DeleteCustomer::new(customer.id.clone())
        .send(&shop.client)
        .await
        .unwrap();
    assert_eq!(deleted.id, customer.id);
    let found = RetrieveCustomer::new(customer.id.clone())
        .send(&shop.client)
        .await
        .unwrap();
    assert!(matches!(
        found,
        RetrieveCustomerReturned::DeletedCustomer(_)
    ));
    let event = shop.object("customer.deleted");
    assert_eq!(event["id"], json!(customer.id));
    assert_eq!(event["email"], "tutor@example.com");
}

#[tokio::test]
async fn a_deleted_customer_loses_live_subscriptions() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let session = premium()
        .customer(customer.id.as_str())
        .send(&shop.client)
        .await
        .unwrap();
    shop.fake.pay(&session.id).await.unwrap();
    let others = shop.subscriber().await;
    let mark = shop.mark();
    shop.delete(&format!("v1/customers/{}", customer.id)).await;
    let kinds = ["customer.subscription.deleted", "customer.deleted"];
    assert_eq!(shop.kinds_since(mark), kinds);
    let (_, others) = shop.get(&format!("v1/subscriptions/{others}")).await;
    assert_eq!(others["status"], "active");
}

#[tokio::test]
async fn a_deleted_customer_buys_nothing_and_is_not_deleted_again() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let path = format!("v1/customers/{}", customer.id);
    assert_eq!(shop.delete(&path).await.0, 200);
    assert_eq!(shop.delete(&path).await.0, 404);
    let refused = lesson("Урок").customer(customer.id.as_str());
    assert!(refused.send(&shop.client).await.is_err());
}
