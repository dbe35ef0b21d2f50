//! A fact of any kind, what it names, and all facts of one root together.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{
    ChargeFact, CustomerFact, DisputeFact, EventStamp, InvoiceFact, InvoicePaymentFact, RefundFact,
    SessionFact, SubscriptionFact,
};
use crate::text_enum::text_enum;

text_enum! {
    /// What a fact is about.
    FactKind {
        Session = "session",
        Invoice = "invoice",
        InvoicePayment = "invoice_payment",
        Subscription = "subscription",
        Charge = "charge",
        Refund = "refund",
        Dispute = "dispute",
        Customer = "customer",
    }
}

/// What an event of a handled type tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Session(SessionFact),
    Invoice(InvoiceFact),
    InvoicePayment(InvoicePaymentFact),
    Subscription(SubscriptionFact),
    Charge(ChargeFact),
    Refund(RefundFact),
    Dispute(DisputeFact),
    Customer(CustomerFact),
}

impl Fact {
    #[must_use]
    pub fn kind(&self) -> FactKind {
        match self {
            Self::Session(_) => FactKind::Session,
            Self::Invoice(_) => FactKind::Invoice,
            Self::InvoicePayment(_) => FactKind::InvoicePayment,
            Self::Subscription(_) => FactKind::Subscription,
            Self::Charge(_) => FactKind::Charge,
            Self::Refund(_) => FactKind::Refund,
            Self::Dispute(_) => FactKind::Dispute,
            Self::Customer(_) => FactKind::Customer,
        }
    }

    #[must_use]
    pub fn stamp(&self) -> &EventStamp {
        match self {
            Self::Session(fact) => &fact.stamp,
            Self::Invoice(fact) => &fact.stamp,
            Self::InvoicePayment(fact) => &fact.stamp,
            Self::Subscription(fact) => &fact.stamp,
            Self::Charge(fact) => &fact.stamp,
            Self::Refund(fact) => &fact.stamp,
            Self::Dispute(fact) => &fact.stamp,
            Self::Customer(fact) => &fact.stamp,
        }
    }

    #[must_use]
    pub fn customer_id(&self) -> Option<&str> {
        match self {
            Self::Session(fact) => fact.customer_id.as_deref(),
            Self::Invoice(fact) => fact.customer_id.as_deref(),
            Self::Subscription(fact) => fact.customer_id.as_deref(),
            Self::Charge(fact) => fact.customer_id.as_deref(),
            Self::Customer(fact) => Some(&fact.customer_id),
            Self::InvoicePayment(_) | Self::Refund(_) | Self::Dispute(_) => None,
        }
    }

    /// What leads from this fact to others of its root.
    #[must_use]
    pub fn names(&self) -> Names {
        let mut names = Names::default();
        match self {
            Self::Session(fact) => {
                names.claim(fact.metadata.payment_id.as_deref());
                names.sessions.insert(fact.session_id.clone());
                names.subscriptions.extend(fact.subscription_id.clone());
                names.invoices.extend(fact.invoice_id.clone());
                names.payment_intents.extend(fact.payment_intent_id.clone());
            }
            Self::Invoice(fact) => {
                names.claim(fact.metadata_payment_id.as_deref());
                names.subscriptions.extend(fact.subscription_id.clone());
                names.invoices.insert(fact.invoice_id.clone());
                names.payment_intents.extend(fact.payment_intent_id.clone());
                names.charges.extend(fact.charge_id.clone());
            }
            Self::InvoicePayment(fact) => {
                names.invoices.insert(fact.invoice_id.clone());
                names.payment_intents.extend(fact.payment_intent_id.clone());
                names.charges.extend(fact.charge_id.clone());
            }
            Self::Subscription(fact) => {
                names.claim(fact.metadata_payment_id.as_deref());
                names.subscriptions.insert(fact.subscription_id.clone());
            }
            Self::Charge(fact) => {
                names.claim(fact.metadata_payment_id.as_deref());
                names.invoices.extend(fact.invoice_id.clone());
                names.payment_intents.extend(fact.payment_intent_id.clone());
                names.charges.insert(fact.charge_id.clone());
            }
            Self::Refund(fact) => {
                names.payment_intents.extend(fact.payment_intent_id.clone());
                names.charges.extend(fact.charge_id.clone());
            }
            Self::Dispute(fact) => {
                names.payment_intents.extend(fact.payment_intent_id.clone());
                names.charges.extend(fact.charge_id.clone());
            }
            Self::Customer(_) => {}
        }
        names
    }

    /// # Errors
    /// It can't be written as JSON.
    pub fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        fn json(fact: &impl Serialize) -> serde_json::Result<serde_json::Value> {
            serde_json::to_value(fact)
        }
        match self {
            Self::Session(fact) => json(fact),
            Self::Invoice(fact) => json(fact),
            Self::InvoicePayment(fact) => json(fact),
            Self::Subscription(fact) => json(fact),
            Self::Charge(fact) => json(fact),
            Self::Refund(fact) => json(fact),
            Self::Dispute(fact) => json(fact),
            Self::Customer(fact) => json(fact),
        }
    }

    /// # Errors
    /// The JSON is no fact of that kind.
    pub fn from_json(kind: FactKind, json: serde_json::Value) -> serde_json::Result<Self> {
        fn read<T: DeserializeOwned>(json: serde_json::Value) -> serde_json::Result<T> {
            serde_json::from_value(json)
        }
        Ok(match kind {
            FactKind::Session => Self::Session(read(json)?),
            FactKind::Invoice => Self::Invoice(read(json)?),
            FactKind::InvoicePayment => Self::InvoicePayment(read(json)?),
            FactKind::Subscription => Self::Subscription(read(json)?),
            FactKind::Charge => Self::Charge(read(json)?),
            FactKind::Refund => Self::Refund(read(json)?),
            FactKind::Dispute => Self::Dispute(read(json)?),
            FactKind::Customer => Self::Customer(read(json)?),
        })
    }
}

/// Objects by which the facts of one root lead to each other. Not the customer: a person's customer
/// has many payments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Payments of ours, as metadata claims them.
    pub payments: BTreeSet<Uuid>,
    pub sessions: BTreeSet<String>,
    pub subscriptions: BTreeSet<String>,
    pub invoices: BTreeSet<String>,
    pub payment_intents: BTreeSet<String>,
    pub charges: BTreeSet<String>,
}

impl Names {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many objects there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.payments.len()
            + self.sessions.len()
            + self.subscriptions.len()
            + self.invoices.len()
            + self.payment_intents.len()
            + self.charges.len()
    }

    /// Adds what `others` has beyond this.
    pub fn extend(&mut self, others: Self) {
        self.payments.extend(others.payments);
        self.sessions.extend(others.sessions);
        self.subscriptions.extend(others.subscriptions);
        self.invoices.extend(others.invoices);
        self.payment_intents.extend(others.payment_intents);
        self.charges.extend(others.charges);
    }

    /// What of this is not among `known`.
    #[must_use]
    pub fn beyond(&self, known: &Self) -> Self {
        fn less<T: Ord + Clone>(of: &BTreeSet<T>, known: &BTreeSet<T>) -> BTreeSet<T> {
            of.difference(known).cloned().collect()
        }
        Self {
            payments: less(&self.payments, &known.payments),
            sessions: less(&self.sessions, &known.sessions),
            subscriptions: less(&self.subscriptions, &known.subscriptions),
            invoices: less(&self.invoices, &known.invoices),
            payment_intents: less(&self.payment_intents, &known.payment_intents),
            charges: less(&self.charges, &known.charges),
        }
    }

    /// Whether both name one object.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.beyond(other).count() < self.count()
    }

    fn claim(&mut self, payment_id: Option<&str>) {
        let claimed = payment_id.and_then(|id| Uuid::parse_str(id).ok());
        self.payments.extend(claimed);
    }
}

/// Everything that is known of one root, by kind. The order within a kind says nothing.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub sessions: Vec<SessionFact>,
    pub invoices: Vec<InvoiceFact>,
    pub invoice_payments: Vec<InvoicePaymentFact>,
    pub subscriptions: Vec<SubscriptionFact>,
    pub charges: Vec<ChargeFact>,
    pub refunds: Vec<RefundFact>,
    pub disputes: Vec<DisputeFact>,
}

impl FromIterator<Fact> for Facts {
    fn from_iter<T: IntoIterator<Item = Fact>>(all: T) -> Self {
        let mut facts = Self::default();
        for fact in all {
            match fact {
                Fact::Session(fact) => facts.sessions.push(fact),
                Fact::Invoice(fact) => facts.invoices.push(fact),
                Fact::InvoicePayment(fact) => facts.invoice_payments.push(fact),
                Fact::Subscription(fact) => facts.subscriptions.push(fact),
                Fact::Charge(fact) => facts.charges.push(fact),
                Fact::Refund(fact) => facts.refunds.push(fact),
                Fact::Dispute(fact) => facts.disputes.push(fact),
                // Tells of no payment.
                Fact::Customer(_) => {}
            }
        }
        facts
    }
}
