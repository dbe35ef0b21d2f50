//! Giving money back: what may be given, and what comes of it:
//! <https://docs.stripe.com/refunds>.

use serde_json::Value;

use crate::{
    api_error::ApiError,
    charges::Charge,
    control_error::ControlError,
    events::Cause,
    ids,
    refunds::{Refund, RefundRequest, RefundStatus},
    state::State,
};

impl State {
    pub fn refund(&mut self, request: RefundRequest, cause: &Cause) -> Result<Value, ApiError> {
        let charge = self.charge_to_refund(&request)?;
        let amount = self.refundable(&charge, request.amount)?;
        let refund = Refund {
            id: ids::refund(),
            status: match self.refunds_wait {
                true => RefundStatus::Pending,
                false => RefundStatus::Succeeded,
            },
            created: self.clock.seconds(),
            amount,
            currency: charge.currency,
            charge: charge.id,
            payment_intent: charge.payment_intent,
            reason: request.reason,
            metadata: request.metadata,
            reference: None,
        };
        let (id, made) = (refund.id.clone(), refund.render());
        let charge = refund.charge.clone();
        self.refunds.push(refund);
        self.emit("refund.created", made.clone(), cause);
        self.change_charge(&charge, "charge.refunded", cause, |charge| {
            charge.amount_refunded = charge.amount_refunded.saturating_add(amount);
        });
        if !self.refunds_wait {
            // The bank's reference follows; a refund that waits gets it when it succeeds.
            self.change_refund(&id, |refund| refund.reference = Some(ids::bank_reference()));
        }
        Ok(made)
    }

    /// A pending refund reaches the card.
    pub fn let_refund_succeed(&mut self, id: &str) -> Result<Value, ControlError> {
        if self.refund_status(id)? != RefundStatus::Pending {
            return Err(not_now("only a pending refund can succeed"));
        }
        let succeeded = self.change_refund(id, |refund| {
            refund.status = RefundStatus::Succeeded;
            refund.reference = Some(ids::bank_reference());
        });
        succeeded.ok_or_else(|| ControlError::no_such("refund", id))
    }

    /// The bank sends the money back, which can happen to one that had succeeded too:
    /// <https://docs.stripe.com/refunds#failed-refunds>.
    pub fn let_refund_fail(&mut self, id: &str) -> Result<Value, ControlError> {
        if self.refund_status(id)? == RefundStatus::Failed {
            return Err(not_now("the refund has failed already"));
        }
        let failed = self.change_refund(id, |refund| refund.status = RefundStatus::Failed);
        let failed = failed.ok_or_else(|| ControlError::no_such("refund", id))?;
        self.emit("refund.failed", failed.clone(), &Cause::default());
        if let Some(refund) = self.refunds.iter().find(|refund| refund.id == id).cloned()
            && let Some(charge) = self.charges.get_mut(&refund.charge)
        {
            charge.amount_refunded = charge.amount_refunded.saturating_sub(refund.amount);
        }
        Ok(failed)
    }

    /// The charge that the request names.
    fn charge_to_refund(&self, request: &RefundRequest) -> Result<Charge, ApiError> {
        if let Some(id) = &request.charge {
            let charge = self.charges.get(id).cloned();
            let unknown = || ApiError::unknown_reference("charge", id, "charge");
            return charge.ok_or_else(unknown);
        }
        let id = request.payment_intent.as_deref().unwrap_or_default();
        let Some(intent) = self.payment_intents.get(id) else {
            let unknown = ApiError::unknown_reference("payment_intent", id, "payment_intent");
            return Err(unknown);
        };
        let charge = intent.latest_charge.as_ref();
        let charge = charge.and_then(|id| self.charges.get(id)).cloned();
        charge.filter(|charge| charge.succeeded).ok_or_else(|| {
            ApiError::invalid(format!(
                "This PaymentIntent ({id}) does not have a successful charge to refund."
            ))
        })
    }

    /// How much is given back of the charge, if `asked` is possible.
    fn refundable(&self, charge: &Charge, asked: Option<i64>) -> Result<i64, ApiError> {
        let id = &charge.id;
        if !charge.succeeded {
            let message = format!("Charge {id} has not succeeded and cannot be refunded.");
            return Err(ApiError::invalid(message));
        }
        if charge.is_refunded() {
            let message = format!("Charge {id} has already been refunded.");
            return Err(ApiError::invalid(message).code("charge_already_refunded"));
        }
        if self.is_charged_back(id) {
            let message = format!("Charge {id} has been charged back; cannot issue a refund.");
            return Err(ApiError::invalid(message).code("charge_disputed"));
        }
        let left = charge.amount.saturating_sub(charge.amount_refunded);
        let amount = asked.unwrap_or(left);
        if amount > left {
            let currency = charge.currency.to_uppercase();
            let message = format!(
                "Refund amount ({amount} {currency}) is greater than unrefunded amount on charge \
                 ({left} {currency})"
            );
            return Err(ApiError::invalid(message).param("amount"));
        }
        Ok(amount)
    }

    fn refund_status(&self, id: &str) -> Result<RefundStatus, ControlError> {
        let refund = self.refunds.iter().find(|refund| refund.id == id);
        refund
            .map(|refund| refund.status)
            .ok_or_else(|| ControlError::no_such("refund", id))
    }

    fn change_refund(&mut self, id: &str, change: impl FnOnce(&mut Refund)) -> Option<Value> {
        let refund = self.refunds.iter_mut().find(|refund| refund.id == id)?;
        let before = refund.render();
        change(refund);
        let after = refund.render();
        let cause = Cause::default();
        self.emit_change("refund.updated", &before, after.clone(), &cause);
        Some(after)
    }

    fn change_charge(
        &mut self,
        id: &str,
        kind: &'static str,
        cause: &Cause,
        change: impl FnOnce(&mut Charge),
    ) {
        if let Some(charge) = self.charges.get_mut(id) {
            let before = charge.render();
            change(charge);
            let after = charge.render();
            self.emit_change(kind, &before, after, cause);
        }
    }
}

fn not_now(message: &str) -> ControlError {
    ControlError::NotNow(message.to_owned())
}
