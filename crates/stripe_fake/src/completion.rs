//! Paying a session: the objects that Stripe would make of it, and the events about them.

use crate::{
    customers::Customer,
    events::Cause,
    ids,
    invoices::Invoice,
    params::Metadata,
    payments::Bill,
    periods::Recurring,
    sessions::{CheckoutSession, Mode, SessionStatus},
    state::State,
    subscriptions::Subscription,
};

/// Why a session cannot be paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    #[error("no such checkout session: {0}")]
    NoSuchSession(String),
    #[error("the checkout session has been paid already")]
    AlreadyPaid,
    #[error("the checkout session has expired")]
    Expired,
}

impl State {
    /// Completes an open session and returns it.
    pub fn pay_session(&mut self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.sessions.get(id).cloned();
        let session = session.ok_or_else(|| PayError::NoSuchSession(id.to_owned()))?;
        match session.status {
            SessionStatus::Open => {}
            SessionStatus::Complete => return Err(PayError::AlreadyPaid),
            SessionStatus::Expired => return Err(PayError::Expired),
        }
        let recurring = session
            .line_items
            .first()
            .and_then(|item| item.price.recurring);
        let paid = match (session.mode, recurring) {
            (Mode::Subscription, Some(recurring)) => self.start_subscription(session, recurring),
            (Mode::Payment | Mode::Subscription, _) => self.charge_once(session),
        };
        let completed = CheckoutSession {
            status: SessionStatus::Complete,
            ..paid
        };
        self.sessions
            .insert(completed.id.clone(), completed.clone());
        self.emit(
            "checkout.session.completed",
            completed.render(),
            &Cause::default(),
        );
        Ok(completed)
    }

    fn charge_once(&mut self, session: CheckoutSession) -> CheckoutSession {
        let (intent, charge) = self.charge(Bill {
            amount: session.amount_total(),
            currency: session.currency().to_owned(),
            customer: session.customer.clone(),
            metadata: session.payment_metadata.clone(),
        });
        self.emit("charge.succeeded", charge.render(), &Cause::default());
        self.emit(
            "payment_intent.succeeded",
            intent.render(),
            &Cause::default(),
        );
        CheckoutSession {
            payment_intent: Some(intent.id),
            ..session
        }
    }

    fn start_subscription(
        &mut self,
        session: CheckoutSession,
        recurring: Recurring,
    ) -> CheckoutSession {
        let customer = self.customer_of(&session);
        let mut subscription = Subscription::start(
            self.clock.now(),
            recurring,
            customer.clone(),
            session.line_items.clone(),
            session.payment_metadata.clone(),
        );
        // Refunds and disputes of an invoice go by the charge under it.
        let (intent, _) = self.charge(Bill {
            amount: session.amount_total(),
            currency: session.currency().to_owned(),
            customer: Some(customer.clone()),
            metadata: Metadata::new(),
        });
        let now = self.clock.seconds();
        let invoice = Invoice::paid(&subscription, "subscription_create", intent.id, now);
        subscription.latest_invoice = Some(invoice.id.clone());
        self.emit(
            "customer.subscription.created",
            subscription.render(),
            &Cause::default(),
        );
        self.emit("invoice.paid", invoice.render(), &Cause::default());
        self.emit(
            "invoice.payment_succeeded",
            invoice.render(),
            &Cause::default(),
        );
        let paid = CheckoutSession {
            customer: Some(customer),
            subscription: Some(subscription.id.clone()),
            invoice: Some(invoice.id.clone()),
            ..session
        };
        self.invoices.insert(invoice.id.clone(), invoice);
        self.subscriptions
            .insert(subscription.id.clone(), subscription);
        paid
    }

    /// A subscription needs a customer: Checkout makes one where the session names none.
    fn customer_of(&mut self, session: &CheckoutSession) -> String {
        if let Some(customer) = &session.customer {
            return customer.clone();
        }
        let customer = Customer {
            id: ids::customer(),
            created: self.clock.seconds(),
            email: session.customer_email.clone(),
            ..Customer::default()
        };
        self.insert_customer(customer).id.clone()
    }
}
