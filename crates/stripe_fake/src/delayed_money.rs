//! Money that was on its way when its session was completed:
//! <https://docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification>.

use crate::{
    completion::PayError,
    events::Cause,
    sessions::{CheckoutSession, SessionPayment},
    state::State,
};

impl State {
    pub fn let_money_arrive(&mut self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.underway(id)?;
        match (&session.invoice, &session.payment_intent) {
            (Some(invoice), _) => self.pay_invoice(&invoice.clone()),
            (None, Some(intent)) => self.collect(&intent.clone()),
            (None, None) => {}
        }
        let kind = "checkout.session.async_payment_succeeded";
        Ok(self.settle(session, SessionPayment::Paid, kind))
    }

    /// An incomplete subscription is left to expire.
    pub fn let_money_fail(&mut self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.underway(id)?;
        match (&session.invoice, &session.payment_intent) {
            (Some(invoice), _) => self.fail_invoice(&invoice.clone()),
            (None, Some(intent)) => self.decline(&intent.clone()),
            (None, None) => {}
        }
        let kind = "checkout.session.async_payment_failed";
        Ok(self.settle(session, SessionPayment::Failed, kind))
    }

    fn underway(&self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.find_session(id)?;
        match session.payment {
            SessionPayment::Underway => Ok(session),
            SessionPayment::Paid => Err(PayError::AlreadyPaid),
            SessionPayment::Unpaid | SessionPayment::Failed => Err(PayError::NothingUnderway),
        }
    }

    fn settle(
        &mut self,
        session: CheckoutSession,
        payment: SessionPayment,
        kind: &'static str,
    ) -> CheckoutSession {
        let settled = CheckoutSession { payment, ..session };
        self.sessions.insert(settled.id.clone(), settled.clone());
        self.emit(kind, settled.render(), &Cause::default());
        settled
    }
}
