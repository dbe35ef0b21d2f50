//! What the fake holds, in a few words for each thing: for whoever steers it by `/control`.

use chrono::DateTime;
use serde_json::{Value, json};

use crate::{
    config::DeliveryPolicy, control_api::time, sessions::CheckoutSession, state::State,
    subscriptions::Subscription,
};

impl State {
    pub fn overview(&self) -> Value {
        json!({
            "now": time(self.clock.now()),
            "ahead_seconds": self.clock.offset_seconds(),
            "cards_decline": self.cards_decline,
            "refunds_held": self.refunds_wait,
            "delivery": self.delivery_name(),
            "calls_to_fail": self.faults.left(),
            "events": self.events.len(),
            "customers": self
                .customers
                .values()
                .map(|customer| json!({
                    "id": customer.id,
                    "email": customer.email,
                    "deleted": customer.deleted,
                }))
                .collect::<Vec<_>>(),
            "sessions": self.sessions.values().map(brief_session).collect::<Vec<_>>(),
            "subscriptions": self.subscriptions.values().map(brief).collect::<Vec<_>>(),
            "refunds": self
                .refunds
                .iter()
                .map(|refund| json!({
                    "id": refund.id,
                    "status": refund.status.as_str(),
                    "amount": refund.amount,
                    "charge": refund.charge,
                }))
                .collect::<Vec<_>>(),
            "disputes": self
                .disputes
                .values()
                .map(|dispute| json!({
                    "id": dispute.id,
                    "status": dispute.status.as_str(),
                    "amount": dispute.amount,
                    "charge": dispute.charge,
                }))
                .collect::<Vec<_>>(),
        })
    }

    pub fn delivery_name(&self) -> &'static str {
        match self.delivery() {
            DeliveryPolicy::Automatic => "automatic",
            DeliveryPolicy::Manual => "manual",
            DeliveryPolicy::Disorderly(_) => "disorderly",
        }
    }

    /// Null if there is none.
    pub fn brief_subscription(&self, id: &str) -> Value {
        self.subscriptions.get(id).map_or(Value::Null, brief)
    }
}

fn brief(subscription: &Subscription) -> Value {
    let seconds = |at: i64| DateTime::from_timestamp(at, 0).map(time);
    json!({
        "id": subscription.id,
        "status": subscription.status.as_str(),
        "cancel_at_period_end": subscription.cancel_at_period_end,
        "current_period_end": time(subscription.period_end()),
        "ended_at": subscription.ended_at.and_then(seconds),
        "customer": subscription.customer,
    })
}

fn brief_session(session: &CheckoutSession) -> Value {
    json!({
        "id": session.id,
        "mode": session.mode.as_str(),
        "status": session.status.as_str(),
        "payment_status": session.payment.as_str(),
        "amount": session.amount_total(),
        "currency": session.currency(),
        "subscription": session.subscription,
        "url": session.url,
    })
}
