//! Which facts of refunds and disputes are about one payment.

use std::collections::BTreeSet;

use crate::stripe_facts::{EventStamp, Facts};

/// By what the facts of refunds and disputes name one payment.
#[derive(Debug, Default)]
pub(super) struct PaidBy<'a> {
    pub(super) payment_intents: BTreeSet<&'a str>,
    pub(super) charges: BTreeSet<&'a str>,
}

impl<'a> PaidBy<'a> {
    pub(super) fn includes(&self, intent: Option<&str>, charge: Option<&str>) -> bool {
        intent.is_some_and(|id| self.payment_intents.contains(id))
            || charge.is_some_and(|id| self.charges.contains(id))
    }

    /// Adds what the facts say is the same payment by another name.
    pub(super) fn complete(mut self, facts: &'a Facts) -> Self {
        loop {
            let before = (self.payment_intents.len(), self.charges.len());
            for Named { intent, charge, .. } in named(facts) {
                if self.includes(intent, charge) {
                    self.payment_intents.extend(intent);
                    self.charges.extend(charge);
                }
            }
            if before == (self.payment_intents.len(), self.charges.len()) {
                return self;
            }
        }
    }
}

/// What one fact calls the payment that it is about.
pub(super) struct Named<'a> {
    pub(super) stamp: &'a EventStamp,
    pub(super) intent: Option<&'a str>,
    pub(super) charge: Option<&'a str>,
}

/// Every fact of a refund or dispute, whatever it says.
pub(super) fn named(facts: &Facts) -> impl Iterator<Item = Named<'_>> {
    let charges = facts.charges.iter().map(|fact| Named {
        stamp: &fact.stamp,
        intent: fact.payment_intent_id.as_deref(),
        charge: Some(&fact.charge_id),
    });
    let refunds = facts.refunds.iter().map(|fact| Named {
        stamp: &fact.stamp,
        intent: fact.payment_intent_id.as_deref(),
        charge: fact.charge_id.as_deref(),
    });
    let disputes = facts.disputes.iter().map(|fact| Named {
        stamp: &fact.stamp,
        intent: fact.payment_intent_id.as_deref(),
        charge: fact.charge_id.as_deref(),
    });
    charges.chain(refunds).chain(disputes)
}
