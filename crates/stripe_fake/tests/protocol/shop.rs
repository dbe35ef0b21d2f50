//! A shop that sells through the fake with the real client.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionLineItemsPriceDataRecurring,
    CreateCheckoutSessionLineItemsPriceDataRecurringInterval,
    CreateCheckoutSessionPaymentIntentData, CreateCheckoutSessionSubscriptionData, ProductData,
};
use stripe_checkout::{CheckoutSession, CheckoutSessionMode};
use stripe_core::Customer;
use stripe_core::customer::CreateCustomer;
use stripe_fake::{StripeFake, StripeFakeConfig};
use stripe_types::Currency;

use crate::webhook::{SECRET, Webhook};

pub const KEY: &str = "sk_test_fake";

pub struct Shop {
    pub fake: StripeFake,
    pub webhook: Webhook,
    pub client: Client,
}

impl Shop {
    pub async fn open() -> Self {
        let endpoint = listener();
        let shop = Self::open_for(endpoint.local_addr().unwrap()).await;
        shop.webhook.listen(endpoint);
        shop
    }

    /// Nobody need accept at the webhook's address yet.
    pub async fn open_for(webhook: SocketAddr) -> Self {
        let config = StripeFakeConfig {
            secret_key: KEY.into(),
            webhook_url: format!("http://{webhook}/hook"),
            webhook_secret: SECRET.into(),
            public_base: None,
        };
        let fake = stripe_fake::start(config, listener()).await.unwrap();
        let client = client(&fake, KEY);
        Self {
            fake,
            webhook: Webhook::new(),
            client,
        }
    }

    pub async fn customer(&self) -> Customer {
        let metadata = HashMap::from([("user_id".to_owned(), "u1".to_owned())]);
        CreateCustomer::new()
            .email("tutor@example.com")
            .metadata(metadata)
            .send(&self.client)
            .await
            .unwrap()
    }

    pub async fn lesson(&self) -> CheckoutSession {
        lesson("Урок <b>алгебры</b>")
            .send(&self.client)
            .await
            .unwrap()
    }

    pub async fn premium(&self) -> CheckoutSession {
        premium().send(&self.client).await.unwrap()
    }
}

pub fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

pub fn client(fake: &StripeFake, key: &str) -> Client {
    ClientBuilder::new(key)
        .url(fake.base_url())
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap()
}

/// Follows no redirect, and no proxy of the environment.
pub fn browser() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    builder
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// The same request under `key`.
pub async fn send_with_key(
    request: &CreateCheckoutSession,
    key: &str,
    client: &Client,
) -> Result<CheckoutSession, StripeError> {
    let key = IdempotencyKey::new(key).unwrap();
    request
        .customize()
        .request_strategy(RequestStrategy::Idempotent(key))
        .send(client)
        .await
}

/// 1 500 roubles, once.
pub fn lesson(name: &str) -> CreateCheckoutSession {
    let mut data = CreateCheckoutSessionPaymentIntentData::new();
    data.metadata = Some(metadata());
    session(CheckoutSessionMode::Payment, name, None).payment_intent_data(data)
}

/// 1 500 roubles a month.
pub fn premium() -> CreateCheckoutSession {
    let mut data = CreateCheckoutSessionSubscriptionData::new();
    data.metadata = Some(metadata());
    let month = CreateCheckoutSessionLineItemsPriceDataRecurringInterval::Month;
    let monthly = CreateCheckoutSessionLineItemsPriceDataRecurring::new(month);
    session(CheckoutSessionMode::Subscription, "Premium", Some(monthly)).subscription_data(data)
}

pub fn metadata() -> HashMap<String, String> {
    let pairs = [("type", "booking"), ("payment_id", "p1"), ("user_id", "u1")];
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn session(
    mode: CheckoutSessionMode,
    name: &str,
    recurring: Option<CreateCheckoutSessionLineItemsPriceDataRecurring>,
) -> CreateCheckoutSession {
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(Currency::RUB);
    price.unit_amount = Some(150_000);
    price.product_data = Some(ProductData::new(name));
    price.recurring = recurring;
    let mut item = CreateCheckoutSessionLineItems::new();
    item.price_data = Some(price);
    item.quantity = Some(1);
    CreateCheckoutSession::new()
        .mode(mode)
        .line_items(vec![item])
        .metadata(metadata())
        .client_reference_id("u1")
        .success_url("https://app.example/paid?session={CHECKOUT_SESSION_ID}")
        .cancel_url("https://app.example/cancelled")
}
