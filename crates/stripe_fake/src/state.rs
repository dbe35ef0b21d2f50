//! Everything the fake remembers, in memory: Stripe's objects by id, the events made from them,
//! and the idempotency keys. It is guarded by one mutex, in [`crate::fake::Fake`].

use std::collections::BTreeMap;

use crate::{
    clock::Clock,
    config::DeliveryPolicy,
    customers::Customer,
    events::{Cause, Event},
    idempotency::IdempotencyKeys,
    ids,
    invoices::Invoice,
    payments::{Charge, PaymentIntent},
    sessions::CheckoutSession,
    subscriptions::Subscription,
};

#[derive(Debug, Default)]
pub struct State {
    /// `…/pay/`: a session's page is this and its id.
    pub pay_base: String,
    pub clock: Clock,
    pub customers: BTreeMap<String, Customer>,
    pub sessions: BTreeMap<String, CheckoutSession>,
    pub payment_intents: BTreeMap<String, PaymentIntent>,
    pub charges: BTreeMap<String, Charge>,
    pub subscriptions: BTreeMap<String, Subscription>,
    pub invoices: BTreeMap<String, Invoice>,
    /// In the order they were made.
    pub events: Vec<Event>,
    pub idempotency: IdempotencyKeys,
    pub delivery: DeliveryPolicy,
    /// Events to be posted once the lock is released.
    outbox: Vec<Event>,
}

impl State {
    pub fn new(pay_base: String) -> Self {
        Self {
            pay_base,
            ..Self::default()
        }
    }

    /// Records an event about `object` as it is now; under [`DeliveryPolicy::Automatic`] it is
    /// also queued for delivery.
    pub fn emit(&mut self, kind: &'static str, object: serde_json::Value, cause: &Cause) {
        let event = Event {
            id: ids::event(),
            kind,
            created: self.clock.seconds(),
            object,
            cause: cause.clone(),
            delivered: false,
        };
        match self.delivery {
            DeliveryPolicy::Automatic => self.outbox.push(event.clone()),
            DeliveryPolicy::Manual => {}
        }
        self.events.push(event);
    }

    pub fn take_outbox(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.outbox)
    }

    pub fn find_event(&self, id: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }

    pub fn mark_delivered(&mut self, event_id: &str) {
        if let Some(event) = self.events.iter_mut().find(|event| event.id == event_id) {
            event.delivered = true;
        }
    }

    /// What the mere passing of time does.
    pub fn let_time_pass(&mut self) {
        self.expire_overdue_sessions();
    }
}
