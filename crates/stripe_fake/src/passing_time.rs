//! What the mere passing of time does: each thing at its own moment, in order, so that a jump over
//! many months leaves the events that the months would have left.

use chrono::{DateTime, Utc};

use crate::{events::Cause, sessions::SessionStatus, state::State, subscriptions::Subscription};

/// What is due, and of which object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    InvoiceAttempt(String),
    SubscriptionChange(String),
    SessionExpiry(String),
}

impl State {
    /// Does whatever has become due by now.
    pub fn let_time_pass(&mut self) {
        let now = self.clock.now();
        while let Some((at, due)) = self.first_due(now) {
            self.clock.stand_at(at);
            match due {
                Due::InvoiceAttempt(id) => self.attempt_invoice(&id),
                Due::SubscriptionChange(id) => self.let_subscription_age(&id),
                Due::SessionExpiry(id) => {
                    self.expire_session(&id, &Cause::default());
                }
            }
        }
        self.clock.go_on();
    }

    fn first_due(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Due)> {
        let sessions = self
            .sessions
            .values()
            .filter(|session| session.status == SessionStatus::Open)
            .filter_map(|session| {
                let at = DateTime::from_timestamp(session.expires_on_our_clock, 0);
                let at = at.filter(|at| *at <= now)?;
                Some((at, Due::SessionExpiry(session.id.clone())))
            });
        let subscriptions = self.subscriptions.values().filter_map(|subscription| {
            let at = subscription.due_at(self.owes_first(subscription));
            let at = at.filter(|at| *at <= now)?;
            Some((at, Due::SubscriptionChange(subscription.id.clone())))
        });
        let invoices = self.invoices.values().filter_map(|invoice| {
            let at = invoice.next_attempt.filter(|at| *at <= now)?;
            Some((at, Due::InvoiceAttempt(invoice.id.clone())))
        });
        sessions.chain(subscriptions).chain(invoices).min()
    }

    fn owes_first(&self, subscription: &Subscription) -> bool {
        let invoice = subscription.latest_invoice.as_ref();
        invoice
            .and_then(|id| self.invoices.get(id))
            .is_some_and(|invoice| invoice.first_failed_at.is_some())
    }
}
