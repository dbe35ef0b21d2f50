//! A payer who goes to the bank, and what the bank decides:
//! <https://docs.stripe.com/disputes/how-disputes-work>.

use serde_json::Value;

use crate::{
    control_error::ControlError,
    disputes::{Dispute, DisputeStatus},
    events::Cause,
    ids,
    state::State,
};

/// How an open dispute goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStep {
    /// The money comes back to us.
    Win,
    /// It does not.
    Lose,
    /// An inquiry ends without a dispute.
    Close,
    /// An inquiry becomes a dispute.
    Escalate,
}

impl State {
    /// Disputes what is left of a charge, or inquires about it; the charge may be named by
    /// anything that led to it. The dispute's id.
    pub fn open_dispute(
        &mut self,
        reference: &str,
        inquiry: bool,
        amount: Option<i64>,
    ) -> Result<String, ControlError> {
        let charge = self
            .charge_behind(reference)
            .ok_or_else(|| ControlError::no_such("paid charge", reference))?;
        let left = charge.amount.saturating_sub(charge.amount_refunded);
        let amount = amount.unwrap_or(left);
        if !(1..=charge.amount).contains(&amount) {
            let message = "a dispute is about one minor unit or more, and no more than was paid";
            return Err(ControlError::NotNow(message.into()));
        }
        let disputed = |dispute: &Dispute| dispute.charge == charge.id && dispute.status.is_open();
        if self.disputes.values().any(disputed) {
            let message = "the charge is in dispute already";
            return Err(ControlError::NotNow(message.into()));
        }
        let dispute = Dispute {
            id: ids::dispute(),
            status: match inquiry {
                true => DisputeStatus::WarningNeedsResponse,
                false => DisputeStatus::NeedsResponse,
            },
            created: self.clock.seconds(),
            amount,
            currency: charge.currency.clone(),
            charge: charge.id.clone(),
            payment_intent: charge.payment_intent.clone(),
        };
        if let Some(charge) = self.charges.get_mut(&dispute.charge) {
            charge.disputed = true;
        }
        let (id, opened) = (dispute.id.clone(), dispute.render());
        self.disputes.insert(id.clone(), dispute);
        self.tell("charge.dispute.created", opened.clone());
        if !inquiry {
            self.tell("charge.dispute.funds_withdrawn", opened);
        }
        Ok(id)
    }

    /// The dispute as it is afterwards.
    pub fn go_on_with_dispute(
        &mut self,
        id: &str,
        step: DisputeStep,
    ) -> Result<Value, ControlError> {
        let dispute = self.disputes.get_mut(id);
        let dispute = dispute.ok_or_else(|| ControlError::no_such("dispute", id))?;
        let status = match (dispute.status, step) {
            (DisputeStatus::NeedsResponse, DisputeStep::Win) => DisputeStatus::Won,
            (DisputeStatus::NeedsResponse, DisputeStep::Lose) => DisputeStatus::Lost,
            (DisputeStatus::WarningNeedsResponse, DisputeStep::Close) => {
                DisputeStatus::WarningClosed
            }
            (DisputeStatus::WarningNeedsResponse, DisputeStep::Escalate) => {
                DisputeStatus::NeedsResponse
            }
            (status, _) => {
                return Err(ControlError::NotNow(format!(
                    "a dispute that is {} does not go on like that",
                    status.as_str()
                )));
            }
        };
        let before = dispute.render();
        dispute.status = status;
        let after = dispute.render();
        let cause = Cause::default();
        match step {
            DisputeStep::Escalate => {
                self.emit_change("charge.dispute.updated", &before, after.clone(), &cause);
                self.tell("charge.dispute.funds_withdrawn", after.clone());
            }
            DisputeStep::Win => {
                self.tell("charge.dispute.closed", after.clone());
                self.tell("charge.dispute.funds_reinstated", after.clone());
            }
            DisputeStep::Lose | DisputeStep::Close => {
                self.tell("charge.dispute.closed", after.clone());
            }
        }
        Ok(after)
    }

    /// Whether the bank holds the money of this charge, for now or for good.
    pub fn is_charged_back(&self, charge: &str) -> bool {
        self.disputes.values().any(|dispute| {
            let held = matches!(
                dispute.status,
                DisputeStatus::NeedsResponse | DisputeStatus::Lost
            );
            held && dispute.charge == charge
        })
    }

    fn tell(&mut self, kind: &'static str, dispute: Value) {
        self.emit(kind, dispute, &Cause::default());
    }
}
