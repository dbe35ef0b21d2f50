//! The life of an invoice: issued, charged, charged again, paid or given up:
//! <https://docs.stripe.com/billing/invoices/subscription>.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    collecting::Bill,
    events::Cause,
    invoice_payments,
    invoices::{Invoice, InvoiceStatus},
    params::Metadata,
    state::State,
    subscriptions::{Subscription, SubscriptionStatus},
};

/// When a declined card is charged again, counted from the first try:
/// <https://docs.stripe.com/billing/revenue-recovery/smart-retries>. The last one ends the
/// subscription.
const RETRIES: [TimeDelta; 3] = [TimeDelta::days(1), TimeDelta::days(3), TimeDelta::days(5)];

impl State {
    /// An invoice for the current period, to be charged by itself at `at`, if ever. Its id.
    pub fn issue_invoice(
        &mut self,
        subscription: &Subscription,
        billing_reason: &'static str,
        at: Option<DateTime<Utc>>,
    ) -> String {
        let mut invoice = Invoice::draft(subscription, billing_reason, self.clock.seconds());
        invoice.next_attempt = at;
        let id = invoice.id.clone();
        self.invoices.insert(id.clone(), invoice);
        id
    }

    /// From now on it can be paid. The payment intent for it.
    pub fn finalize_invoice(&mut self, id: &str) -> Option<String> {
        let invoice = self.invoices.get(id)?;
        if let Some(intent) = &invoice.payment_intent {
            return Some(intent.clone());
        }
        // Refunds and disputes of an invoice go by the charge under it.
        let bill = Bill {
            amount: invoice.total(),
            currency: invoice.currency.clone(),
            customer: Some(invoice.customer.clone()),
            metadata: Metadata::new(),
        };
        let intent = self.open_intent(bill);
        let now = self.clock.seconds();
        let invoice = self.invoices.get_mut(id)?;
        invoice.status = InvoiceStatus::Open;
        invoice.finalized_at = Some(now);
        invoice.payment_intent = Some(intent.clone());
        Some(intent)
    }

    /// Charges the card, as Stripe does by itself when the time has come.
    pub fn attempt_invoice(&mut self, id: &str) {
        if self.cards_decline {
            self.fail_invoice(id);
        } else {
            self.pay_invoice(id);
        }
    }

    pub fn pay_invoice(&mut self, id: &str) {
        let Some(intent) = self.finalize_invoice(id) else {
            return;
        };
        self.collect(&intent);
        let now = self.clock.seconds();
        let Some(invoice) = self.invoices.get_mut(id) else {
            return;
        };
        invoice.status = InvoiceStatus::Paid;
        invoice.paid_at = Some(now);
        invoice.attempt_count = invoice.attempt_count.saturating_add(1);
        invoice.next_attempt = None;
        let (rendered, payment) = (invoice.render(), invoice_payments::render(invoice));
        let subscription = invoice.subscription.clone();
        let cause = Cause::default();
        self.emit("invoice.paid", rendered.clone(), &cause);
        self.emit("invoice.payment_succeeded", rendered, &cause);
        if let Some(payment) = payment {
            self.emit("invoice_payment.paid", payment, &cause);
        }
        self.subscription_paid(&subscription);
    }

    /// The first failure starts the retries; that of the last retry ends the subscription.
    pub fn fail_invoice(&mut self, id: &str) {
        let Some(intent) = self.finalize_invoice(id) else {
            return;
        };
        self.decline(&intent);
        let now = self.clock.now();
        let Some(invoice) = self.invoices.get_mut(id) else {
            return;
        };
        let first = *invoice.first_failed_at.get_or_insert(now);
        invoice.attempt_count = invoice.attempt_count.saturating_add(1);
        invoice.next_attempt = match invoice.billing_reason {
            "subscription_create" => None,
            _ => RETRIES
                .iter()
                .filter_map(|after| first.checked_add_signed(*after))
                .find(|at| *at > now),
        };
        let (rendered, given_up) = (invoice.render(), invoice.next_attempt.is_none());
        let subscription = invoice.subscription.clone();
        self.emit("invoice.payment_failed", rendered, &Cause::default());
        self.subscription_unpaid(&subscription, given_up);
    }

    /// What is not paid yet of an ended subscription is not charged any more. `void` says so of
    /// the invoices too.
    pub fn stop_invoices(&mut self, subscription: &str, void: bool) {
        let now = self.clock.seconds();
        let mut intents = Vec::new();
        for invoice in self.invoices.values_mut() {
            let unpaid = matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Open);
            if invoice.subscription == subscription && unpaid {
                invoice.next_attempt = None;
                if void {
                    invoice.status = InvoiceStatus::Void;
                    invoice.voided_at = Some(now);
                    intents.extend(invoice.payment_intent.clone());
                }
            }
        }
        for intent in intents {
            self.cancel_intent(&intent);
        }
    }

    fn subscription_paid(&mut self, id: &str) {
        let owes = self.invoices.values().any(|invoice| {
            invoice.subscription == id
                && invoice.status == InvoiceStatus::Open
                && invoice.next_attempt.is_some()
        });
        self.update_subscription(id, &Cause::default(), |subscription| {
            let waits = matches!(
                subscription.status,
                SubscriptionStatus::Incomplete | SubscriptionStatus::PastDue
            );
            if waits && !owes {
                subscription.status = SubscriptionStatus::Active;
            }
        });
    }

    fn subscription_unpaid(&mut self, id: &str, given_up: bool) {
        let status = self
            .subscriptions
            .get(id)
            .map(|subscription| subscription.status);
        match (status, given_up) {
            (Some(SubscriptionStatus::Active), _) => {
                self.update_subscription(id, &Cause::default(), |subscription| {
                    subscription.status = SubscriptionStatus::PastDue;
                });
            }
            (Some(SubscriptionStatus::PastDue), true) => {
                self.end_subscription(id, "payment_failed", &Cause::default());
            }
            _ => {}
        }
    }
}
