//! What can become of a session beside being paid at once.

use serde_json::{Value, json};
use stripe_checkout::CheckoutSession;
use stripe_fake::PayError;

use crate::plain::answer;
use crate::shop::{Shop, browser};

async fn press(session: &CheckoutSession, action: &str) -> (u16, Value) {
    let url = format!("{}/{action}", session.url.as_ref().unwrap());
    answer(browser().post(url)).await
}

/// The button of a browser: where it leads to.
async fn click(session: &CheckoutSession, action: &str) -> String {
    let url = format!("{}/{action}", session.url.as_ref().unwrap());
    let request = browser().post(url).header("Accept", "text/html");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 303);
    response.headers()["Location"].to_str().unwrap().to_owned()
}

async fn page(session: &CheckoutSession) -> String {
    let request = browser().get(session.url.as_ref().unwrap());
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn after_a_declined_card_the_session_is_open_and_another_card_pays() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let (status, declined) = press(&session, "decline").await;
    assert_eq!((status, &declined["status"]), (200, &json!("open")));
    assert_eq!(
        shop.webhook.kinds(),
        ["charge.failed", "payment_intent.payment_failed"]
    );
    let intent = shop.object("payment_intent.payment_failed");
    assert_eq!(intent["status"], "requires_payment_method");
    assert_eq!(intent["last_payment_error"]["code"], "card_declined");
    shop.fake.pay(&session.id).await.unwrap();
    let paid = shop.object("payment_intent.succeeded");
    assert_eq!(paid["id"], intent["id"]);
    assert_eq!(paid["last_payment_error"], Value::Null);
}

#[tokio::test]
async fn a_browser_is_told_of_a_declined_card_on_the_page() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    assert!(!page(&session).await.contains("Попробуйте ещё раз"));
    let next = click(&session, "decline").await;
    assert_eq!(Some(next), session.url);
    assert!(page(&session).await.contains("Попробуйте ещё раз"));
}

#[tokio::test]
async fn while_cards_are_declined_nobody_pays() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.decline_cards(true);
    assert_eq!(shop.fake.pay(&session.id).await, Err(PayError::Declined));
    let (status, refused) = press(&session, "pay").await;
    assert_eq!(status, 402);
    assert_eq!(refused["error"]["code"], "card_declined");
    shop.fake.decline_cards(false);
    assert!(shop.fake.pay(&session.id).await.is_ok());
}

#[tokio::test]
async fn a_declined_subscription_does_not_begin() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    shop.fake.decline(&session.id).await.unwrap();
    assert!(shop.fake.events().is_empty());
}

#[tokio::test]
async fn a_lesson_paid_later_is_complete_and_unpaid_until_the_money_comes() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let (_, later) = press(&session, "later").await;
    assert_eq!(later["status"], "complete");
    assert_eq!(later["payment_status"], "unpaid");
    let completed = shop.object("checkout.session.completed");
    assert_eq!(completed["payment_status"], "unpaid");
    let path = format!(
        "v1/payment_intents/{}",
        completed["payment_intent"].as_str().unwrap()
    );
    assert_eq!(shop.get(&path).await.1["status"], "processing");

    let mark = shop.mark();
    assert_eq!(press(&session, "arrive").await.1["payment_status"], "paid");
    let kinds = [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ];
    assert_eq!(shop.kinds_since(mark), kinds);
    let succeeded = shop.object("checkout.session.async_payment_succeeded");
    assert_eq!(succeeded["payment_status"], "paid");
    assert_eq!(shop.get(&path).await.1["status"], "succeeded");
}

#[tokio::test]
async fn money_that_does_not_come_leaves_the_session_complete_and_unpaid() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.pay_later(&session.id).await.unwrap();
    let mark = shop.mark();
    press(&session, "fail").await;
    let kinds = [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ];
    assert_eq!(shop.kinds_since(mark), kinds);
    let failed = shop.object("checkout.session.async_payment_failed");
    assert_eq!(failed["status"], "complete");
    assert_eq!(failed["payment_status"], "unpaid");
    let again = shop.fake.let_money_arrive(&session.id).await;
    assert_eq!(again, Err(PayError::NothingUnderway));
}

#[tokio::test]
async fn money_comes_only_where_some_is_underway() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let (status, refused) = press(&session, "arrive").await;
    assert_eq!(status, 409);
    assert_eq!(refused["error"]["code"], "nothing_underway");
    shop.fake.pay_later(&session.id).await.unwrap();
    assert_eq!(
        shop.fake.pay(&session.id).await,
        Err(PayError::AlreadyComplete)
    );
}

#[tokio::test]
async fn a_page_whose_money_is_underway_lets_it_come() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let next = click(&session, "later").await;
    assert!(next.starts_with("https://app.example/paid"));
    assert!(page(&session).await.contains("Деньги пришли"));
    assert_eq!(Some(click(&session, "arrive").await), session.url);
    assert!(page(&session).await.contains("Уже оплачено"));
}

#[tokio::test]
async fn a_session_expires_when_told() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let (_, expired) = press(&session, "expire").await;
    assert_eq!(expired["status"], "expired");
    assert_eq!(shop.webhook.kinds(), ["checkout.session.expired"]);
    assert_eq!(shop.fake.pay(&session.id).await, Err(PayError::Expired));
}

#[tokio::test]
async fn a_subscription_is_incomplete_until_its_money_comes() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    shop.fake.pay_later(&session.id).await.unwrap();
    let kinds = [
        "customer.subscription.created",
        "payment_intent.processing",
        "checkout.session.completed",
    ];
    assert_eq!(shop.webhook.kinds(), kinds);
    let created = shop.object("customer.subscription.created");
    assert_eq!(created["status"], "incomplete");
    let invoice = format!(
        "v1/invoices/{}",
        created["latest_invoice"].as_str().unwrap()
    );
    assert_eq!(shop.get(&invoice).await.1["status"], "open");

    let mark = shop.mark();
    shop.fake.let_money_arrive(&session.id).await.unwrap();
    let kinds = [
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
        "customer.subscription.updated",
        "checkout.session.async_payment_succeeded",
    ];
    assert_eq!(shop.kinds_since(mark), kinds);
    let updated = shop.event("customer.subscription.updated");
    assert_eq!(updated["data"]["object"]["status"], "active");
    let previous = &updated["data"]["previous_attributes"];
    assert_eq!(previous, &json!({"status": "incomplete"}));
}

#[tokio::test]
async fn a_subscription_whose_money_fails_expires_after_23_hours() {
    let shop = Shop::open().await;
    let session = shop.premium().await;
    shop.fake.pay_later(&session.id).await.unwrap();
    shop.fake.let_money_fail(&session.id).await.unwrap();
    assert_eq!(shop.object("invoice.payment_failed")["amount_paid"], 0);
    let mark = shop.mark();
    shop.advance_hours(22).await;
    assert!(shop.kinds_since(mark).is_empty());
    shop.advance_hours(1).await;
    assert_eq!(shop.kinds_since(mark), ["customer.subscription.updated"]);
    let updated = shop.object("customer.subscription.updated");
    assert_eq!(updated["status"], "incomplete_expired");
}

#[tokio::test]
async fn the_page_knows_its_buttons_and_no_others() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let (status, refused) = press(&session, "steal").await;
    assert_eq!(status, 404);
    assert_eq!(refused["error"]["code"], "unknown_action");
}
