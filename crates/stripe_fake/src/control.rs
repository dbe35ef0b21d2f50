//! The handle of a running fake: what the demo and the tests do to it from inside the process. More
//! of it is in [`crate::scenarios`].

use std::time::Duration;

use actix_web::{dev::ServerHandle, web::Data};
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{
    completion::{PageAction, PayError},
    config::DeliveryPolicy,
    control_error::ControlError,
    delivery::{DeliverError, WebhookAnswer},
    events::Event,
    fake::Fake,
    state::State,
};

/// A fake Stripe that listens. It lives as long as the runtime it was started in, or until
/// [`StripeFake::stop`].
pub struct StripeFake {
    pub(crate) fake: Data<Fake>,
    pub(crate) base_url: String,
    pub(crate) server: ServerHandle,
    pub(crate) clockwork: JoinHandle<()>,
}

/// What came of an action on a session's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub session_id: String,
    /// Whether the webhook acknowledged every event of it within a few seconds. False
    /// under [`DeliveryPolicy::Manual`]; retries go on after a false.
    pub delivered: bool,
}

impl StripeFake {
    /// `http://127.0.0.1:PORT/`, to be given to the client as it is.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Pays an open session, as the button on its page does.
    pub async fn pay(&self, session_id: &str) -> Result<Payment, PayError> {
        self.act(PageAction::Pay, session_id).await
    }

    /// The payer's card is declined, this once: the session stays open.
    pub async fn decline(&self, session_id: &str) -> Result<Payment, PayError> {
        self.act(PageAction::Decline, session_id).await
    }

    /// Completes an open session by a method that takes days: its money is underway until
    /// [`StripeFake::let_money_arrive`] or [`StripeFake::let_money_fail`].
    pub async fn pay_later(&self, session_id: &str) -> Result<Payment, PayError> {
        self.act(PageAction::PayLater, session_id).await
    }

    pub async fn let_money_arrive(&self, session_id: &str) -> Result<Payment, PayError> {
        self.act(PageAction::MoneyArrives, session_id).await
    }

    pub async fn let_money_fail(&self, session_id: &str) -> Result<Payment, PayError> {
        self.act(PageAction::MoneyFails, session_id).await
    }

    /// Lets an open session expire before its time.
    pub async fn let_expire(&self, session_id: &str) -> Result<Payment, PayError> {
        self.act(PageAction::Expire, session_id).await
    }

    /// Does it, and waits until the webhook has heard of it.
    pub(crate) async fn tell<T>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T, ControlError>,
    ) -> Result<(T, bool), ControlError> {
        let (outcome, receipt) = self.fake.transact(work);
        let delivered = receipt.delivered().await;
        Ok((outcome?, delivered))
    }

    async fn act(&self, action: PageAction, session_id: &str) -> Result<Payment, PayError> {
        let (outcome, receipt) = self.fake.transact(|state| state.act(action, session_id));
        let delivered = receipt.delivered().await;
        Ok(Payment {
            session_id: outcome?.id,
            delivered,
        })
    }

    /// Every event made so far, oldest first, in Stripe's envelope:
    /// <https://docs.stripe.com/api/events/object>.
    pub fn events(&self) -> Vec<Value> {
        self.fake
            .transact(|state| state.events.iter().map(Event::render).collect())
            .0
    }

    /// Posts one event to the webhook, once, whether or not that was done before.
    pub async fn deliver(&self, event_id: &str) -> Result<WebhookAnswer, DeliverError> {
        let (event, _) = self
            .fake
            .transact(|state| state.find_event(event_id).cloned());
        let event = event.ok_or_else(|| DeliverError::NoSuchEvent(event_id.to_owned()))?;
        self.fake.deliveries.deliver_once(&event).await
    }

    /// For the events made from now on.
    pub fn set_delivery(&self, policy: DeliveryPolicy) {
        self.fake.transact(|state| state.set_delivery(policy));
    }

    /// The fake's time: real time plus what [`StripeFake::advance`] added.
    pub fn now(&self) -> DateTime<Utc> {
        self.fake.transact(|state| state.clock.now()).0
    }

    /// Moves the fake's clock ahead and does what was due by then, each thing at its own time:
    /// sessions expire, subscriptions renew. True if the webhook acknowledged every event of that, false also if there was none.
    pub async fn advance(&self, by: Duration) -> bool {
        let (_, receipt) = self.fake.transact(|state| {
            state.clock.advance(by);
            state.let_time_pass();
        });
        receipt.delivered().await
    }

    /// Stops listening and forgets what is not delivered yet.
    pub async fn stop(self) {
        self.clockwork.abort();
        self.fake.deliveries.abort_all();
        self.server.stop(true).await;
    }
}
