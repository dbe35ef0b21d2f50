//! Judging every fact of a tutor's premium, and keeping those that count.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::invoice::ignored;
use super::paid::{PaidPeriod, paid_periods};
use super::tie::Ties;
use super::{
    AskedPayment, Judgment, Judgments, SessionEffect, judge_invoice, judge_subscription, mismatch,
    session, waiting,
};
use crate::stripe_facts::{
    Facts, InvoiceEventKind, InvoiceFact, InvoicePaymentFact, SessionFact, SubscriptionFact,
};
use crate::subscription::newest;

/// The facts that count, each with what it is of.
pub(super) struct Applied<'a> {
    pub(super) ties: Ties<'a>,
    pub(super) judgments: Judgments,
    sessions: Vec<AppliedSession<'a>>,
    /// With their subscriptions.
    invoices: Vec<(&'a str, &'a InvoiceFact)>,
    /// Tries to have an invoice paid that brought nothing, with their subscriptions.
    failures: Vec<(&'a str, &'a InvoiceFact)>,
    /// Invoices that are nothing to us, or not what we asked for.
    ignored: BTreeSet<&'a str>,
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
    pub(super) fn new(asked: &'a [AskedPayment], facts: &'a Facts) -> Self {
        let mut applied = Self {
            ties: Ties::new(asked, facts),
            judgments: Judgments::new(),
            sessions: Vec::new(),
            invoices: Vec::new(),
            failures: Vec::new(),
            ignored: BTreeSet::new(),
            snapshots: BTreeMap::new(),
        };
        for fact in &facts.sessions {
            let judgment = applied.take_session(fact);
            applied.note(&fact.stamp.event_id, judgment);
        }
        for fact in &facts.invoices {
            let judgment = applied.take_invoice(fact);
            applied.note(&fact.stamp.event_id, judgment);
        }
        for fact in &facts.subscriptions {
            let judgment = applied.take_snapshot(fact);
            applied.note(&fact.stamp.event_id, judgment);
        }
        applied.forget_failures_of_paid();
        for fact in &facts.invoice_payments {
            let judgment = applied.judge_invoice_payment(fact);
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

    /// The last try to have a subscription's invoice paid that brought nothing, while it is unpaid.
    pub(super) fn last_failure(&self, subscription_id: &str) -> Option<DateTime<Utc>> {
        let failures = self.failures.iter();
        failures
            .filter(|(id, _)| *id == subscription_id)
            .map(|(_, fact)| fact.stamp.created)
            .max()
    }

    /// Invoices that are nothing to us, or not what we asked for.
    pub(super) fn ignored_invoices(&self) -> &BTreeSet<&'a str> {
        &self.ignored
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
        if let Some(judgment) = ignored(fact) {
            self.ignored.insert(&fact.invoice_id);
            return judgment;
        }
        let subscription_id = fact.subscription_id.as_deref();
        let payment_id = fact.metadata_payment_id.as_deref();
        let Some(asked) = self.ties.of_subscription(subscription_id, payment_id) else {
            return waiting("the subscription is not known to be ours");
        };
        let judgment = judge_invoice(asked, fact);
        if judgment.needs_a_person() {
            self.ignored.insert(&fact.invoice_id);
        }
        if let (Judgment::Applied, Some(id)) = (judgment, subscription_id) {
            match fact.kind {
                InvoiceEventKind::Paid => self.invoices.push((id, fact)),
                InvoiceEventKind::PaymentFailed | InvoiceEventKind::ActionRequired => {
                    self.failures.push((id, fact));
                }
            }
        }
        judgment
    }

    /// What is paid after all is no failure any more.
    fn forget_failures_of_paid(&mut self) {
        let paid: BTreeSet<&str> = self
            .invoices
            .iter()
            .map(|(_, fact)| fact.invoice_id.as_str())
            .collect();
        for (_, fact) in &self.failures {
            if paid.contains(fact.invoice_id.as_str()) {
                self.judgments
                    .insert(fact.stamp.event_id.clone(), Judgment::Stale);
            }
        }
        self.failures
            .retain(|(_, fact)| !paid.contains(fact.invoice_id.as_str()));
    }

    /// It says nothing by itself: it counts as what its invoice counts as.
    fn judge_invoice_payment(&self, fact: &InvoicePaymentFact) -> Judgment {
        let id = fact.invoice_id.as_str();
        let is_ours = self
            .invoices
            .iter()
            .any(|(_, invoice)| invoice.invoice_id == id)
            || self
                .sessions
                .iter()
                .any(|session| session.fact.invoice_id.as_deref() == Some(id));
        if is_ours {
            Judgment::Applied
        } else if self.ignored.contains(id) {
            Judgment::Ignored("its invoice does not count")
        } else {
            waiting("its invoice is not known to be paid")
        }
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
