//! What somebody does to subscriptions and customers in Stripe's dashboard, and not through the
//! API.

use crate::{control_error::ControlError, events::Cause, state::State};

impl State {
    /// Ends it now or with its period. A subscription may be named by its checkout session too.
    pub fn cancel_by_hand(
        &mut self,
        reference: &str,
        at_period_end: bool,
    ) -> Result<String, ControlError> {
        let id = self.live_subscription(reference)?;
        let cause = Cause::default();
        if at_period_end {
            self.cancel_at_period_end(&id, true, &cause);
        } else {
            self.end_subscription(&id, "cancellation_requested", &cause);
        }
        Ok(id)
    }

    /// It goes on after its period after all.
    pub fn resume_by_hand(&mut self, reference: &str) -> Result<String, ControlError> {
        let id = self.live_subscription(reference)?;
        self.cancel_at_period_end(&id, false, &Cause::default());
        Ok(id)
    }

    pub fn delete_by_hand(&mut self, customer: &str) -> Result<(), ControlError> {
        self.delete_customer(customer, &Cause::default())
            .ok_or_else(|| ControlError::no_such("customer", customer))
    }

    fn live_subscription(&self, reference: &str) -> Result<String, ControlError> {
        let session = self.sessions.get(reference);
        let id = session
            .and_then(|session| session.subscription.as_deref())
            .unwrap_or(reference);
        match self.subscriptions.get(id) {
            None => Err(ControlError::no_such("subscription", reference)),
            Some(subscription) if subscription.status.is_over() => Err(ControlError::NotNow(
                format!("the subscription is {}", subscription.status.as_str()),
            )),
            Some(_) => Ok(id.to_owned()),
        }
    }
}
