//! How a premium fact finds the payment that it is judged against.
//!
//! A session is found by its id or its metadata. A subscription is ours once a session that was
//! judged right names it, or once one of its own facts carries the id of our payment and is of
//! that payment's customer. An invoice is found by its subscription.

use std::collections::BTreeMap;

use super::session::{has_id_of, is_of, judge};
use super::{AskedPayment, Judgment, check_party, names};
use crate::stripe_facts::{EventStamp, Facts, InvoiceFact, SessionFact, SubscriptionFact};

/// The ties between all facts of one tutor's premium and its first payments.
pub(super) struct Ties<'a> {
    asked: &'a [AskedPayment],
    /// Subscription by invoice, for a session that names only its invoice.
    billed: BTreeMap<&'a str, &'a str>,
    /// First payment by subscription.
    owners: BTreeMap<&'a str, &'a AskedPayment>,
}

impl<'a> Ties<'a> {
    pub(super) fn new(asked: &'a [AskedPayment], facts: &'a Facts) -> Self {
        let mut ties = Self {
            asked,
            billed: BTreeMap::new(),
            owners: BTreeMap::new(),
        };
        for fact in &facts.invoices {
            if let Some(subscription_id) = fact.subscription_id.as_deref() {
                keep_least(&mut ties.billed, &fact.invoice_id, subscription_id, |id| {
                    *id
                });
            }
        }
        let by_session = ties.owners_by_session(&facts.sessions);
        ties.owners = ties.owners_by_metadata(&facts.invoices, &facts.subscriptions);
        // A session is ours by more than a word in its metadata, so what it says goes.
        ties.owners.extend(by_session);
        ties
    }

    /// The payment of a session, by its id before its metadata.
    pub(super) fn of_session(&self, fact: &SessionFact) -> Option<&'a AskedPayment> {
        let by_id = self.asked.iter().find(|asked| has_id_of(asked, fact));
        by_id.or_else(|| self.asked.iter().find(|asked| is_of(asked, fact)))
    }

    /// The subscription that a session opened.
    pub(super) fn subscription_of_session(&self, fact: &'a SessionFact) -> Option<&'a str> {
        let billed = || self.billed.get(fact.invoice_id.as_deref()?).copied();
        fact.subscription_id.as_deref().or_else(billed)
    }

    /// The first payment of a subscription of ours.
    pub(super) fn owner(&self, subscription_id: &str) -> Option<&'a AskedPayment> {
        self.owners.get(subscription_id).copied()
    }

    /// The payment to judge a fact of a subscription against: its owner, else the one that the
    /// metadata names, although it can't own it.
    pub(super) fn of_subscription(
        &self,
        subscription_id: Option<&str>,
        metadata_payment_id: Option<&str>,
    ) -> Option<&'a AskedPayment> {
        subscription_id
            .and_then(|id| self.owner(id))
            .or_else(|| self.named(metadata_payment_id))
    }

    /// Every subscription of ours with its first payment.
    pub(super) fn owned(&self) -> impl Iterator<Item = (&'a str, &'a AskedPayment)> {
        self.owners.iter().map(|(id, asked)| (*id, *asked))
    }

    fn named(&self, payment_id: Option<&str>) -> Option<&'a AskedPayment> {
        self.asked
            .iter()
            .find(|asked| names(payment_id, asked.payment_id))
    }

    fn owners_by_session(
        &self,
        sessions: &'a [SessionFact],
    ) -> BTreeMap<&'a str, &'a AskedPayment> {
        let mut owners = BTreeMap::new();
        for fact in sessions {
            let (Some(asked), Some(id)) =
                (self.of_session(fact), self.subscription_of_session(fact))
            else {
                continue;
            };
            if judge(asked, fact, Some(id)) == Judgment::Applied {
                keep_least(&mut owners, id, asked, |asked| asked.payment_id);
            }
        }
        owners
    }

    fn owners_by_metadata(
        &self,
        invoices: &'a [InvoiceFact],
        subscriptions: &'a [SubscriptionFact],
    ) -> BTreeMap<&'a str, &'a AskedPayment> {
        type Claim<'a> = (
            Option<&'a str>,
            Option<&'a str>,
            &'a EventStamp,
            Option<&'a str>,
        );
        let by_invoice = invoices.iter().map(|fact| -> Claim<'a> {
            (
                fact.subscription_id.as_deref(),
                fact.metadata_payment_id.as_deref(),
                &fact.stamp,
                fact.customer_id.as_deref(),
            )
        });
        let by_snapshot = subscriptions.iter().map(|fact| -> Claim<'a> {
            (
                Some(&fact.subscription_id),
                fact.metadata_payment_id.as_deref(),
                &fact.stamp,
                fact.customer_id.as_deref(),
            )
        });
        let mut owners = BTreeMap::new();
        for (subscription_id, payment_id, stamp, customer_id) in by_invoice.chain(by_snapshot) {
            let (Some(id), Some(asked)) = (subscription_id, self.named(payment_id)) else {
                continue;
            };
            if check_party(asked, stamp, customer_id).is_ok() {
                keep_least(&mut owners, id, asked, |asked| asked.payment_id);
            }
        }
        owners
    }
}

/// Of several values for one key the least stays, so that the order of insertion can't matter.
fn keep_least<'a, V: Copy, K: Ord>(
    map: &mut BTreeMap<&'a str, V>,
    key: &'a str,
    value: V,
    order: impl Fn(&V) -> K,
) {
    map.entry(key)
        .and_modify(|kept| {
            if order(&value) < order(kept) {
                *kept = value;
            }
        })
        .or_insert(value);
}
