//! The billing portal, for a browser and for a script.

use reqwest::header;
use serde_json::{Value, json};

use crate::plain::answer;
use crate::shop::{Shop, browser};

/// A subscriber's portal session, and the subscription's id.
async fn portal(shop: &Shop) -> (Value, String) {
    let id = shop.subscriber().await;
    let subscription = shop.object("customer.subscription.created");
    let customer = subscription["customer"].as_str().unwrap();
    let form = format!("customer={customer}&return_url=https://app.example/me");
    let (status, session) = shop.post("v1/billing_portal/sessions", &form).await;
    assert_eq!(status, 200, "{session}");
    (session, id)
}

async fn page(session: &Value) -> String {
    let request = browser().get(session["url"].as_str().unwrap());
    request.send().await.unwrap().text().await.unwrap()
}

async fn press(session: &Value, id: &str, action: &str) -> (u16, Value) {
    let url = session["url"].as_str().unwrap();
    answer(browser().post(format!("{url}/{id}/{action}"))).await
}

#[tokio::test]
async fn a_portal_session_has_stripes_shape() {
    let shop = Shop::open().await;
    let (session, _) = portal(&shop).await;
    assert_eq!(session["object"], "billing_portal.session");
    assert!(session["id"].as_str().unwrap().starts_with("bps_"));
    assert_eq!(session["return_url"], "https://app.example/me");
}

#[tokio::test]
async fn a_customer_cancels_and_resumes_in_a_browser() {
    let shop = Shop::open().await;
    let (session, id) = portal(&shop).await;
    let shown = page(&session).await;
    assert!(shown.contains("Premium") && shown.contains("Отменить в конце периода"));
    assert!(shown.contains("https://app.example/me"));
    let url = session["url"].as_str().unwrap();
    let pressed = browser()
        .post(format!("{url}/{id}/cancel"))
        .header(header::ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(pressed.status(), 303);
    assert_eq!(pressed.headers()[header::LOCATION], url);
    assert!(page(&session).await.contains("Не отменять"));
    press(&session, &id, "resume").await;
    assert!(page(&session).await.contains("Продлится"));
}

#[tokio::test]
async fn a_cancellation_in_the_portal_is_told_to_the_webhook() {
    let shop = Shop::open().await;
    let (session, id) = portal(&shop).await;
    let (_, cancelled) = press(&session, &id, "cancel").await;
    let told = json!({"subscription_id": id, "cancel_at_period_end": true, "delivered": true});
    assert_eq!(cancelled, told);
    let updated = shop.object("customer.subscription.updated");
    assert_eq!(updated["cancel_at_period_end"], true);
}

#[tokio::test]
async fn a_portal_shows_and_changes_only_what_is_the_customers_own() {
    let shop = Shop::open().await;
    let strangers = shop.subscriber().await;
    let (session, _) = portal(&shop).await;
    assert!(!page(&session).await.contains(&strangers));
    let (status, refused) = press(&session, &strangers, "cancel").await;
    assert_eq!(status, 404);
    assert_eq!(refused["error"]["code"], "no_such_subscription");
}

#[tokio::test]
async fn an_ended_subscription_is_shown_and_not_changed() {
    let shop = Shop::open().await;
    let (session, id) = portal(&shop).await;
    shop.delete(&format!("v1/subscriptions/{id}")).await;
    assert!(page(&session).await.contains("Закончилась"));
    let (status, refused) = press(&session, &id, "resume").await;
    assert_eq!(status, 409);
    assert_eq!(refused["error"]["code"], "subscription_ended");
}

#[tokio::test]
async fn a_portal_needs_a_customer() {
    let shop = Shop::open().await;
    let (status, refused) = shop
        .post("v1/billing_portal/sessions", "customer=cus_none")
        .await;
    assert_eq!(
        (status, &refused["error"]["param"]),
        (400, &json!("customer"))
    );
    let url = format!("{}portal/bps_none", shop.fake.base_url());
    assert_eq!(browser().get(url).send().await.unwrap().status(), 404);
}
