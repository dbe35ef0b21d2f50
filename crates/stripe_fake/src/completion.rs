//! What a payer does with an open session, and the events about it. How money that takes days
//! arrives is told in [`crate::delayed_money`].

use crate::{
    collecting::Bill,
    customers::Customer,
    events::Cause,
    ids,
    periods::Recurring,
    sessions::{CheckoutSession, Mode, SessionPayment, SessionStatus},
    state::State,
    subscriptions::{Subscription, SubscriptionStatus},
};

/// Why a session cannot be paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    #[error("no such checkout session: {0}")]
    NoSuchSession(String),
    #[error("the checkout session has been paid already")]
    AlreadyPaid,
    #[error("the checkout session is complete, its money is on the way or has failed to come")]
    AlreadyComplete,
    #[error("no money is on its way for this checkout session")]
    NothingUnderway,
    #[error("the checkout session has expired")]
    Expired,
    /// The session stays open.
    #[error("the card was declined")]
    Declined,
}

/// What can be done with a session on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAction {
    Pay,
    Decline,
    PayLater,
    Expire,
    MoneyArrives,
    MoneyFails,
}

impl PageAction {
    /// The last part of its address, `/pay/{session}/{name}`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "pay" => Some(Self::Pay),
            "decline" => Some(Self::Decline),
            "later" => Some(Self::PayLater),
            "expire" => Some(Self::Expire),
            "arrive" => Some(Self::MoneyArrives),
            "fail" => Some(Self::MoneyFails),
            _ => None,
        }
    }
}

impl State {
    pub fn act(&mut self, action: PageAction, id: &str) -> Result<CheckoutSession, PayError> {
        match action {
            PageAction::Pay => self.pay_session(id),
            PageAction::Decline => self.decline_session(id),
            PageAction::PayLater => self.pay_session_later(id),
            PageAction::Expire => self.let_session_expire(id),
            PageAction::MoneyArrives => self.let_money_arrive(id),
            PageAction::MoneyFails => self.let_money_fail(id),
        }
    }

    /// Pays an open session and returns it. An error, and an open session still, where cards are
    /// declined.
    fn pay_session(&mut self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.open_session(id)?;
        if self.cards_decline {
            self.decline_payment(session);
            return Err(PayError::Declined);
        }
        Ok(self.complete(session, SessionPayment::Paid))
    }

    /// The payer's bank says no, just this once: the session stays open.
    fn decline_session(&mut self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.open_session(id)?;
        Ok(self.decline_payment(session))
    }

    /// Pays by a method that takes days: complete, and not paid yet.
    fn pay_session_later(&mut self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.open_session(id)?;
        Ok(self.complete(session, SessionPayment::Underway))
    }

    /// Nobody pays in time.
    fn let_session_expire(&mut self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.open_session(id)?;
        self.expire_session(id, &Cause::default());
        Ok(CheckoutSession {
            status: SessionStatus::Expired,
            ..session
        })
    }

    pub fn find_session(&self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.sessions.get(id).cloned();
        session.ok_or_else(|| PayError::NoSuchSession(id.to_owned()))
    }

    fn open_session(&self, id: &str) -> Result<CheckoutSession, PayError> {
        let session = self.find_session(id)?;
        match (session.status, session.payment) {
            (SessionStatus::Open, _) => Ok(session),
            (SessionStatus::Expired, _) => Err(PayError::Expired),
            (SessionStatus::Complete, SessionPayment::Paid) => Err(PayError::AlreadyPaid),
            (SessionStatus::Complete, _) => Err(PayError::AlreadyComplete),
        }
    }

    /// In subscription mode Stripe makes the payment intent with the invoice, after the card was
    /// accepted; so there nothing comes of a decline.
    fn decline_payment(&mut self, mut session: CheckoutSession) -> CheckoutSession {
        if session.mode == Mode::Payment {
            let intent = self.intent_of(&mut session);
            self.decline(&intent);
        }
        session.was_declined = true;
        self.sessions.insert(session.id.clone(), session.clone());
        session
    }

    fn complete(
        &mut self,
        mut session: CheckoutSession,
        payment: SessionPayment,
    ) -> CheckoutSession {
        let recurring = session
            .line_items
            .first()
            .and_then(|item| item.price.recurring);
        match (session.mode, recurring) {
            (Mode::Subscription, Some(recurring)) => {
                self.subscribe(&mut session, recurring, payment);
            }
            (Mode::Payment | Mode::Subscription, _) => {
                let intent = self.intent_of(&mut session);
                match payment {
                    SessionPayment::Paid => self.collect(&intent),
                    _ => self.await_money(&intent),
                }
            }
        }
        session.status = SessionStatus::Complete;
        session.payment = payment;
        self.sessions.insert(session.id.clone(), session.clone());
        let completed = session.render();
        self.emit("checkout.session.completed", completed, &Cause::default());
        session
    }

    /// The session's payment intent; a declined one is tried again.
    fn intent_of(&mut self, session: &mut CheckoutSession) -> String {
        if let Some(intent) = &session.payment_intent {
            return intent.clone();
        }
        let intent = self.open_intent(Bill {
            amount: session.amount_total(),
            currency: session.currency().to_owned(),
            customer: session.customer.clone(),
            metadata: session.payment_metadata.clone(),
        });
        session.payment_intent = Some(intent.clone());
        intent
    }

    fn subscribe(
        &mut self,
        session: &mut CheckoutSession,
        recurring: Recurring,
        payment: SessionPayment,
    ) {
        let customer = self.customer_of(session);
        let mut subscription = Subscription::start(
            self.clock.now(),
            match payment {
                SessionPayment::Paid => SubscriptionStatus::Active,
                _ => SubscriptionStatus::Incomplete,
            },
            recurring,
            customer.clone(),
            session.line_items.clone(),
            session.payment_metadata.clone(),
        );
        let invoice = self.issue_invoice(&subscription, "subscription_create", None);
        subscription.latest_invoice = Some(invoice.clone());
        session.customer = Some(customer);
        session.subscription = Some(subscription.id.clone());
        session.invoice = Some(invoice.clone());
        let created = subscription.render();
        self.subscriptions
            .insert(subscription.id.clone(), subscription);
        self.emit("customer.subscription.created", created, &Cause::default());
        if payment == SessionPayment::Paid {
            self.pay_invoice(&invoice);
        } else if let Some(intent) = self.finalize_invoice(&invoice) {
            self.await_money(&intent);
        }
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
