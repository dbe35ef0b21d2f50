//! Judging every fact of a tutor's premium, and keeping those that count.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::invoice::ignored;
use super::paid::{PaidPeriod, paid_periods};
use super::tie::Ties;
use super::{
    AskedPayment, Judgment, Judgments, SessionEffect, judge_invoice, judge_subscription, mismatch,
    session, waiting,
};
use crate::stripe_facts::{InvoiceFact, SessionFact, SubscriptionFact};
use crate::subscription::newest;

/// The facts that count, each with what it is of.
pub(super) struct Applied<'a> {
    pub(super) ties: Ties<'a>,
    pub(super) judgments: Judgments,
    sessions: Vec<AppliedSession<'a>>,
    /// With their subscriptions.
    invoices: Vec<(&'a str, &'a InvoiceFact)>,
    /// By subscription.
    snapshots: BTreeMap<&'a str, Vec<&'a SubscriptionFact>>,
}

struct AppliedSession<'a> {
    payment_id: Uuid,
    subscription_id: Option<&'a str>,
    fact: &'a SessionFact,
    effect: SessionEffect,
}

impl<'a> Applied<'a> {
    pub(super) fn new(
        asked: &'a [AskedPayment],
        sessions: &'a [SessionFact],
        invoices: &'a [InvoiceFact],
        subscriptions: &'a [SubscriptionFact],
    ) -> Self {
        let mut applied = Self {
            ties: Ties::new(asked, sessions, invoices, subscriptions),
            judgments: Judgments::new(),
            sessions: Vec::new(),
            invoices: Vec::new(),
            snapshots: BTreeMap::new(),
        };
        for fact in sessions {
            let judgment = applied.take_session(fact);
            applied.note(&fact.stamp.event_id, judgment);
        }
        for fact in invoices {
            let judgment = applied.take_invoice(fact);
            applied.note(&fact.stamp.event_id, judgment);
        }
        for fact in subscriptions {
            let judgment = applied.take_snapshot(fact);
            applied.note(&fact.stamp.event_id, judgment);
        }
        applied
    }

    /// Every paid period, however many events told of it.
    pub(super) fn paid_periods(&self) -> Vec<PaidPeriod<'a>> {
        let paid_sessions = self
            .sessions
            .iter()
            .filter(|session| session.effect == SessionEffect::Paid)
            .filter_map(|session| Some((session.subscription_id?, session.fact)));
        paid_periods(paid_sessions, self.invoices.iter().copied())
    }

    /// The greatest effect of a payment's sessions.
    pub(super) fn progress(&self, payment_id: Uuid) -> Option<SessionEffect> {
        self.sessions
            .iter()
            .filter(|session| session.payment_id == payment_id)
            .map(|session| session.effect)
            .max()
    }

    /// The session that a payment's events are about; of several the least id.
    pub(super) fn session_id(&self, payment_id: Uuid) -> Option<&'a str> {
        self.sessions
            .iter()
            .filter(|session| session.payment_id == payment_id)
            .map(|session| session.fact.session_id.as_str())
            .min()
    }

    /// The newest snapshot of every subscription that has one; the others become stale.
    pub(super) fn settle_snapshots(&mut self) -> BTreeMap<&'a str, &'a SubscriptionFact> {
        let mut newest_of = BTreeMap::new();
        for (id, facts) in &self.snapshots {
            let Some(latest) = newest(facts.iter().copied()) else {
                continue;
            };
            newest_of.insert(*id, latest);
            for fact in facts {
                if fact.stamp.event_id != latest.stamp.event_id {
                    self.judgments
                        .insert(fact.stamp.event_id.clone(), Judgment::Stale);
                }
            }
        }
        newest_of
    }

    fn note(&mut self, event_id: &str, judgment: Judgment) {
        self.judgments.insert(event_id.to_owned(), judgment);
    }

    fn take_session(&mut self, fact: &'a SessionFact) -> Judgment {
        let Some(asked) = self.ties.of_session(fact) else {
            return waiting("the session names no payment of ours");
        };
        let subscription_id = self.ties.subscription_of_session(fact);
        let judgment = session::judge(asked, fact, subscription_id);
        if judgment != Judgment::Applied {
            return judgment;
        }
        let owner = subscription_id.and_then(|id| self.ties.owner(id));
        if owner.is_some_and(|owner| owner.payment_id != asked.payment_id) {
            return mismatch("the subscription is another payment's");
        }
        self.sessions.push(AppliedSession {
            payment_id: asked.payment_id,
            subscription_id,
            fact,
            effect: SessionEffect::of(fact),
        });
        judgment
    }

    fn take_invoice(&mut self, fact: &'a InvoiceFact) -> Judgment {
        if let Some(ignored) = ignored(fact) {
            return ignored;
        }
        let subscription_id = fact.subscription_id.as_deref();
        let payment_id = fact.metadata_payment_id.as_deref();
        let Some(asked) = self.ties.of_subscription(subscription_id, payment_id) else {
            return waiting("the subscription is not known to be ours");
        };
        let judgment = judge_invoice(asked, fact);
        if let (Judgment::Applied, Some(id)) = (judgment, subscription_id) {
            self.invoices.push((id, fact));
        }
        judgment
    }

    fn take_snapshot(&mut self, fact: &'a SubscriptionFact) -> Judgment {
        let id = fact.subscription_id.as_str();
        let payment_id = fact.metadata_payment_id.as_deref();
        let Some(asked) = self.ties.of_subscription(Some(id), payment_id) else {
            return waiting("the subscription is not known to be ours");
        };
        let judgment = judge_subscription(asked, fact);
        if judgment == Judgment::Applied {
            self.snapshots.entry(id).or_default().push(fact);
        }
        judgment
    }
}
