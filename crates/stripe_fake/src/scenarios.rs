//! What can be made to happen to a running fake, beside paying: the part of [`StripeFake`] that tests
//! of the unhappy ways use.

use crate::{
    control::StripeFake, control_error::ControlError, disputing::DisputeStep, faults::Fault,
    state::State,
};

impl StripeFake {
    /// From now on every card is declined, or none: those of payers, and those of renewals.
    pub fn decline_cards(&self, decline: bool) {
        self.fake.transact(|state| state.cards_decline = decline);
    }

    /// The next `count` calls of the API go wrong; with a `path`, such as `/v1/refunds` or
    /// `POST /v1/refunds`, the next of that path and below.
    pub fn fail_next(&self, fault: Fault, count: u32, path: Option<&str>) {
        let path = path.map(str::to_owned);
        self.fake
            .transact(|state| state.faults.plan(fault, count, path));
    }

    /// From now on refunds stay pending until told to succeed or to fail, or not.
    pub fn hold_refunds(&self, hold: bool) {
        self.fake.transact(|state| state.refunds_wait = hold);
    }

    /// A pending refund succeeds. Whether the webhook acknowledged it.
    pub async fn let_refund_succeed(&self, refund_id: &str) -> Result<bool, ControlError> {
        let work = |state: &mut State| state.let_refund_succeed(refund_id);
        Ok(self.tell(work).await?.1)
    }

    /// A refund fails, be it pending or succeeded. Whether the webhook acknowledged it.
    pub async fn let_refund_fail(&self, refund_id: &str) -> Result<bool, ControlError> {
        let work = |state: &mut State| state.let_refund_fail(refund_id);
        Ok(self.tell(work).await?.1)
    }

    /// The payer disputes a charge, and the bank takes its money. The charge may be named by its
    /// payment intent, checkout session, invoice or subscription too. The dispute's id.
    pub async fn open_dispute(&self, charge: &str) -> Result<String, ControlError> {
        let work = |state: &mut State| state.open_dispute(charge, false, None);
        Ok(self.tell(work).await?.0)
    }

    /// The payer's bank asks about a charge; no money moves. The dispute's id.
    pub async fn open_inquiry(&self, charge: &str) -> Result<String, ControlError> {
        let work = |state: &mut State| state.open_dispute(charge, true, None);
        Ok(self.tell(work).await?.0)
    }

    /// Whether the webhook acknowledged it.
    pub async fn go_on_with_dispute(
        &self,
        dispute_id: &str,
        step: DisputeStep,
    ) -> Result<bool, ControlError> {
        let work = |state: &mut State| state.go_on_with_dispute(dispute_id, step);
        Ok(self.tell(work).await?.1)
    }

    /// Ends a subscription now. It may be named by its checkout session too. Whether the webhook
    /// acknowledged it.
    pub async fn cancel_subscription(&self, id: &str) -> Result<bool, ControlError> {
        let work = |state: &mut State| state.cancel_by_hand(id, false);
        Ok(self.tell(work).await?.1)
    }

    /// Lets a subscription end with its period. Whether the webhook acknowledged it.
    pub async fn cancel_at_period_end(&self, id: &str) -> Result<bool, ControlError> {
        let work = |state: &mut State| state.cancel_by_hand(id, true);
        Ok(self.tell(work).await?.1)
    }

    /// Takes a cancellation at the period's end back. Whether the webhook acknowledged it.
    pub async fn resume_subscription(&self, id: &str) -> Result<bool, ControlError> {
        let work = |state: &mut State| state.resume_by_hand(id);
        Ok(self.tell(work).await?.1)
    }

    /// Deletes a customer, subscriptions and all. Whether the webhook acknowledged it.
    pub async fn delete_customer(&self, id: &str) -> Result<bool, ControlError> {
        let work = |state: &mut State| state.delete_by_hand(id);
        Ok(self.tell(work).await?.1)
    }
}
