//! Taking money through a payment intent: its charges, and the events about them.

use serde_json::Value;

use crate::{
    charges::Charge,
    events::Cause,
    ids,
    params::Metadata,
    payment_intents::{PaymentIntent, PaymentIntentStatus},
    state::State,
};

/// What is to be charged, and to whom.
#[derive(Debug, Clone)]
pub struct Bill {
    /// In minor units.
    pub amount: i64,
    pub currency: String,
    pub customer: Option<String>,
    pub metadata: Metadata,
}

impl State {
    /// A payment intent that waits for its payment, stored. Its id.
    pub fn open_intent(&mut self, bill: Bill) -> String {
        let intent = PaymentIntent {
            id: ids::payment_intent(),
            status: PaymentIntentStatus::RequiresPaymentMethod,
            created: self.clock.seconds(),
            amount: bill.amount,
            currency: bill.currency,
            customer: bill.customer,
            latest_charge: None,
            metadata: bill.metadata,
        };
        let id = intent.id.clone();
        self.payment_intents.insert(id.clone(), intent);
        id
    }

    /// The money has come.
    pub fn collect(&mut self, intent: &str) {
        self.charge(intent, true);
        self.emit_intent("payment_intent.succeeded", intent);
    }

    /// The bank said no. The intent may be paid by another try.
    pub fn decline(&mut self, intent: &str) {
        self.charge(intent, false);
        self.emit_intent("payment_intent.payment_failed", intent);
    }

    /// The money is on its way and may not come.
    pub fn await_money(&mut self, intent: &str) {
        if let Some(intent) = self.payment_intents.get_mut(intent) {
            intent.status = PaymentIntentStatus::Processing;
        }
        self.emit_intent("payment_intent.processing", intent);
    }

    /// Nothing will be paid by it any more. Stripe has an event for it that nobody here reads.
    pub fn cancel_intent(&mut self, intent: &str) {
        let intent = self.payment_intents.get_mut(intent);
        if let Some(intent) =
            intent.filter(|intent| intent.status != PaymentIntentStatus::Succeeded)
        {
            intent.status = PaymentIntentStatus::Canceled;
        }
    }

    pub fn render_intent(&self, id: &str) -> Option<Value> {
        let intent = self.payment_intents.get(id)?;
        let latest = intent.latest_charge.as_ref();
        Some(intent.render(latest.and_then(|charge| self.charges.get(charge))))
    }

    fn charge(&mut self, intent: &str, succeeded: bool) {
        let now = self.clock.seconds();
        let Some(intent) = self.payment_intents.get_mut(intent) else {
            return;
        };
        let charge = Charge {
            id: ids::charge(),
            succeeded,
            created: now,
            amount: intent.amount,
            amount_refunded: 0,
            disputed: false,
            currency: intent.currency.clone(),
            customer: intent.customer.clone(),
            payment_intent: intent.id.clone(),
            payment_method: ids::payment_method(),
            metadata: intent.metadata.clone(),
        };
        intent.latest_charge = Some(charge.id.clone());
        intent.status = match succeeded {
            true => PaymentIntentStatus::Succeeded,
            false => PaymentIntentStatus::RequiresPaymentMethod,
        };
        let kind = match succeeded {
            true => "charge.succeeded",
            false => "charge.failed",
        };
        self.emit(kind, charge.render(), &Cause::default());
        self.charges.insert(charge.id.clone(), charge);
    }

    fn emit_intent(&mut self, kind: &'static str, id: &str) {
        if let Some(intent) = self.render_intent(id) {
            self.emit(kind, intent, &Cause::default());
        }
    }
}
