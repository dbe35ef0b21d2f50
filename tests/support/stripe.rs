//! Stripe's side: paying, and events signed by hand.

use actix_web::http::Method;
use chrono::TimeDelta;
use payments::Stripe;
use serde_json::Value;
use stripe_fake::StripeFake;

use super::app::{TestApp, WEBHOOK_SECRET};
use super::client::Answer;

impl TestApp {
    /// The Stripe of [`Self::with_stripe`].
    pub fn fake(&self) -> &StripeFake {
        self.fake.as_ref().expect("TestApp::with_stripe")
    }

    /// The application's own client of Stripe, for what the server does by itself.
    pub fn stripe(&self) -> &Stripe {
        &self.state().checkout.stripe
    }

    /// Moves the application's clock and Stripe's, which does what was due.
    pub async fn let_pass(&self, by: TimeDelta) {
        self.advance(by);
        self.fake().advance(by.to_std().unwrap()).await;
    }

    /// Delivers all that Stripe has to tell, what was delivered before included.
    pub async fn deliver_all(&self) {
        for event in self.fake().events() {
            self.deliver(&event).await.expect(200);
        }
    }

    /// What Stripe has to tell of one type, oldest first.
    pub fn events_of(&self, kind: &str) -> Vec<Value> {
        let mut events = self.fake().events();
        events.retain(|event| event["type"] == kind);
        events
    }

    /// Pays an open session at the fake, and delivers every event that follows from it.
    pub async fn pay(&self, session_id: &str) {
        let fake = self.fake();
        let before = fake.events().len();
        fake.pay(session_id).await.unwrap();
        for event in fake.events().iter().skip(before) {
            self.deliver(event).await.expect(200);
        }
    }

    /// Delivers an event, signed at the application's time.
    pub async fn deliver(&self, event: &Value) -> Answer {
        let body = serde_json::to_vec(event).unwrap();
        let signature = stripe_fake::sign(WEBHOOK_SECRET, self.now().timestamp(), &body);
        self.deliver_signed(&body, &signature).await
    }

    /// Delivers bytes with a signature of one's own.
    pub async fn deliver_signed(&self, body: &[u8], signature: &str) -> Answer {
        self.anonymous()
            .with("stripe-signature", signature)
            .send_raw(Method::POST, "/payments/webhook", "application/json", body)
            .await
    }

    /// What became of a delivery.
    pub async fn outcome(&self, event: &Value) -> String {
        let answer = self.deliver(event).await.expect(200);
        assert_eq!(answer["received"], true);
        answer["outcome"].as_str().unwrap().to_owned()
    }
}
