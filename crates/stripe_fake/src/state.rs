//! Everything the fake remembers, in memory: Stripe's objects by id, the events made from them,
//! and the idempotency keys. It is guarded by one mutex, in [`crate::fake::Fake`].

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use crate::{
    changes::previous_attributes,
    charges::Charge,
    clock::Clock,
    config::DeliveryPolicy,
    customers::Customer,
    delivery::Dispatch,
    disorder::Chance,
    disputes::Dispute,
    events::{Cause, Event},
    faults::Faults,
    idempotency::IdempotencyKeys,
    ids,
    invoices::Invoice,
    payment_intents::PaymentIntent,
    portal::PortalSession,
    refunds::Refund,
    sessions::CheckoutSession,
    subscriptions::Subscription,
};

#[derive(Debug, Default)]
pub struct State {
    /// Where its pages are, with a slash at the end.
    pub public_base: String,
    pub clock: Clock,
    pub customers: BTreeMap<String, Customer>,
    pub sessions: BTreeMap<String, CheckoutSession>,
    pub payment_intents: BTreeMap<String, PaymentIntent>,
    pub charges: BTreeMap<String, Charge>,
    pub subscriptions: BTreeMap<String, Subscription>,
    pub invoices: BTreeMap<String, Invoice>,
    /// In the order they were made.
    pub refunds: Vec<Refund>,
    pub disputes: BTreeMap<String, Dispute>,
    pub portal_sessions: BTreeMap<String, PortalSession>,
    /// In the order they were made.
    pub events: Vec<Event>,
    pub idempotency: IdempotencyKeys,
    /// Whether the cards of everybody are declined from now on.
    pub cards_decline: bool,
    /// Whether refunds stay pending from now on.
    pub refunds_wait: bool,
    pub faults: Faults,
    delivery: DeliveryPolicy,
    /// Of a [`DeliveryPolicy::Disorderly`].
    chance: Option<Chance>,
    /// Events to be posted once the lock is released.
    outbox: Vec<Event>,
}

impl State {
    pub fn new(public_base: String) -> Self {
        Self {
            public_base,
            ..Self::default()
        }
    }

    pub fn delivery(&self) -> DeliveryPolicy {
        self.delivery
    }

    pub fn set_delivery(&mut self, policy: DeliveryPolicy) {
        self.delivery = policy;
        self.chance = match policy {
            DeliveryPolicy::Disorderly(disorder) => Some(Chance::of(disorder)),
            DeliveryPolicy::Automatic | DeliveryPolicy::Manual => None,
        };
    }

    /// Records an event about `object` as it is now; unless deliveries are
    /// [`DeliveryPolicy::Manual`] it is also queued for delivery.
    pub fn emit(&mut self, kind: &'static str, object: Value, cause: &Cause) {
        self.record(kind, object, None, cause);
    }

    /// The same for an object that was `before`: the event tells what changed. Nothing changed:
    /// no event.
    pub fn emit_change(&mut self, kind: &'static str, before: &Value, after: Value, cause: &Cause) {
        if let Some(previous) = previous_attributes(before, &after) {
            self.record(kind, after, Some(previous), cause);
        }
    }

    fn record(
        &mut self,
        kind: &'static str,
        object: Value,
        previous_attributes: Option<Value>,
        cause: &Cause,
    ) {
        let event = Event {
            id: ids::event(),
            kind,
            created: self.clock.seconds(),
            object,
            previous_attributes,
            cause: cause.clone(),
            delivered: false,
        };
        match self.delivery {
            DeliveryPolicy::Automatic | DeliveryPolicy::Disorderly(_) => {
                self.outbox.push(event.clone());
            }
            DeliveryPolicy::Manual => {}
        }
        self.events.push(event);
    }

    /// What is to be posted now, and how.
    pub fn take_outbox(&mut self) -> Dispatch {
        let events = std::mem::take(&mut self.outbox);
        let made = events.len();
        let events = match &mut self.chance {
            Some(chance) => chance.disturb(events),
            None => events,
        };
        let mut sent: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
        sent.sort_unstable();
        sent.dedup();
        Dispatch {
            is_whole: sent.len() == made,
            delay: match self.delivery {
                DeliveryPolicy::Disorderly(disorder) => disorder.delay,
                DeliveryPolicy::Automatic | DeliveryPolicy::Manual => Duration::ZERO,
            },
            events,
        }
    }

    pub fn find_event(&self, id: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }

    pub fn mark_delivered(&mut self, event_id: &str) {
        // Mostly one of the newest.
        let mut events = self.events.iter_mut();
        if let Some(event) = events.rfind(|event| event.id == event_id) {
            event.delivered = true;
        }
    }
}
