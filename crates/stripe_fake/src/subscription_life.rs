//! What becomes of a subscription, and the events about it:
//! <https://docs.stripe.com/billing/subscriptions/webhooks#events>.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::{
    events::Cause,
    state::State,
    subscriptions::{Subscription, SubscriptionStatus},
};

/// A renewal's invoice stays a draft for "about an hour" before it is charged.
const DRAFT_FOR: TimeDelta = TimeDelta::hours(1);
/// How long a first payment may be tried.
const INCOMPLETE_FOR: TimeDelta = TimeDelta::hours(23);

impl Subscription {
    /// When time alone will change it, if ever. `owes_first` is whether its first payment has
    /// failed.
    pub fn due_at(&self, owes_first: bool) -> Option<DateTime<Utc>> {
        match self.status {
            SubscriptionStatus::Active | SubscriptionStatus::PastDue => {
                // Where the calendar ends, periods end too.
                let end = self.period_end();
                (end > self.period_start()).then_some(end)
            }
            SubscriptionStatus::Incomplete if owes_first => {
                self.anchor.checked_add_signed(INCOMPLETE_FOR)
            }
            SubscriptionStatus::Incomplete
            | SubscriptionStatus::IncompleteExpired
            | SubscriptionStatus::Canceled => None,
        }
    }
}

impl State {
    /// Changes it and tells what has changed; how it is afterwards.
    pub fn update_subscription(
        &mut self,
        id: &str,
        cause: &Cause,
        change: impl FnOnce(&mut Subscription),
    ) -> Option<Value> {
        let subscription = self.subscriptions.get_mut(id)?;
        let before = subscription.render();
        change(subscription);
        let after = subscription.render();
        self.emit_change(
            "customer.subscription.updated",
            &before,
            after.clone(),
            cause,
        );
        Some(after)
    }

    /// True: it ends with its period. False: it goes on after all.
    pub fn cancel_at_period_end(&mut self, id: &str, wanted: bool, cause: &Cause) {
        let now = self.clock.seconds();
        self.update_subscription(id, cause, |subscription| {
            if subscription.cancel_at_period_end != wanted {
                subscription.cancel_at_period_end = wanted;
                subscription.canceled_at = wanted.then_some(now);
                subscription.cancellation_reason = wanted.then_some("cancellation_requested");
            }
        });
    }

    /// Ends it now; how it is afterwards.
    pub fn end_subscription(
        &mut self,
        id: &str,
        reason: &'static str,
        cause: &Cause,
    ) -> Option<Value> {
        let now = self.clock.seconds();
        self.stop_invoices(id, false);
        let subscription = self.subscriptions.get_mut(id)?;
        subscription.status = SubscriptionStatus::Canceled;
        subscription.ended_at = Some(now);
        subscription.canceled_at.get_or_insert(now);
        subscription.cancellation_reason.get_or_insert(reason);
        let ended = subscription.render();
        self.emit("customer.subscription.deleted", ended.clone(), cause);
        Some(ended)
    }

    /// What is due for it at this moment.
    pub fn let_subscription_age(&mut self, id: &str) {
        let Some(subscription) = self.subscriptions.get(id) else {
            return;
        };
        if subscription.status == SubscriptionStatus::Incomplete {
            self.expire_incomplete(id);
        } else if subscription.cancel_at_period_end {
            self.end_subscription(id, "cancellation_requested", &Cause::default());
        } else {
            self.renew(id);
        }
    }

    /// The new period begins now; it is paid for an hour later.
    fn renew(&mut self, id: &str) {
        let Some(subscription) = self.subscriptions.get(id) else {
            return;
        };
        let mut next = subscription.clone();
        next.period = next.period.saturating_add(1);
        let charged_at = self.clock.now().checked_add_signed(DRAFT_FOR);
        let invoice = self.issue_invoice(&next, "subscription_cycle", charged_at);
        next.latest_invoice = Some(invoice);
        self.update_subscription(id, &Cause::default(), |subscription| *subscription = next);
    }

    fn expire_incomplete(&mut self, id: &str) {
        let now = self.clock.seconds();
        self.stop_invoices(id, true);
        self.update_subscription(id, &Cause::default(), |subscription| {
            subscription.status = SubscriptionStatus::IncompleteExpired;
            subscription.ended_at = Some(now);
        });
    }
}
