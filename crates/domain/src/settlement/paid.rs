//! Paid periods of subscriptions: all that told of one period, folded into one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::invoice::is_first;
use super::paid_by::PaidBy;
use crate::premium::Grant;
use crate::stripe_facts::{ChargeFact, Facts, InvoiceFact, SessionFact};

/// One period that was paid for.
pub(super) struct PaidPeriod<'a> {
    pub(super) subscription_id: &'a str,
    /// Whether it is the subscription's first.
    pub(super) first: bool,
    pub(super) invoice_id: Option<&'a str>,
    pub(super) paid_at: DateTime<Utc>,
    period_start: Option<DateTime<Utc>>,
    period_end: Option<DateTime<Utc>>,
    /// Every invoice that told of it; more than one only if two claim to be the first.
    invoice_ids: BTreeSet<&'a str>,
}

impl<'a> PaidPeriod<'a> {
    /// By what refunds and disputes name it.
    pub(super) fn paid_by(&self, facts: &'a Facts) -> PaidBy<'a> {
        paid_by(facts, &self.invoice_ids)
    }

    pub(super) fn grant(&self) -> Grant {
        Grant {
            subscription_id: self.subscription_id.to_owned(),
            invoice_id: self.invoice_id.map(str::to_owned),
            paid_at: self.paid_at,
            period_start: self.period_start,
            period_end: self.period_end,
        }
    }

    /// `None` only of a period of which nothing told. Every part is a least or a greatest, so that
    /// neither the order of the facts nor their number matters.
    fn of(key: PeriodKey<'a>, told: &Told<'a>) -> Option<Self> {
        let (subscription_id, first) = match key {
            PeriodKey::First(subscription_id) => (subscription_id, true),
            PeriodKey::Renewal {
                subscription_id, ..
            } => (subscription_id, false),
        };
        let invoices = || told.invoices.iter();
        let sessions = || told.sessions.iter();
        let by_invoice = invoices().map(|fact| fact.invoice_id.as_str()).min();
        let by_session = || {
            sessions()
                .filter_map(|fact| fact.invoice_id.as_deref())
                .min()
        };
        let stated = invoices().filter_map(|fact| fact.paid_at).min();
        let by_event = || invoices().map(|fact| fact.stamp.created).min();
        let by_checkout = || sessions().map(|fact| fact.stamp.created).min();
        Some(Self {
            subscription_id,
            first,
            invoice_id: by_invoice.or_else(by_session),
            paid_at: stated.or_else(by_event).or_else(by_checkout)?,
            period_start: invoices().filter_map(|fact| fact.period_start).min(),
            period_end: invoices().filter_map(|fact| fact.period_end).max(),
            invoice_ids: invoices()
                .map(|fact| fact.invoice_id.as_str())
                .chain(sessions().filter_map(|fact| fact.invoice_id.as_deref()))
                .collect(),
        })
    }
}

/// By what refunds and disputes name the payments of some invoices: in the older shape invoice,
/// charge and payment intent name each other, in the newer one an invoice payment names them.
pub(super) fn paid_by<'a>(facts: &'a Facts, invoice_ids: &BTreeSet<&str>) -> PaidBy<'a> {
    let mut paid_by = PaidBy::default();
    let is_of = |invoice_id: &str| invoice_ids.contains(invoice_id);
    for fact in facts.invoices.iter().filter(|fact| is_of(&fact.invoice_id)) {
        paid_by
            .payment_intents
            .extend(fact.payment_intent_id.as_deref());
        paid_by.charges.extend(fact.charge_id.as_deref());
    }
    let payments = facts.invoice_payments.iter();
    for fact in payments.filter(|fact| is_of(&fact.invoice_id)) {
        paid_by
            .payment_intents
            .extend(fact.payment_intent_id.as_deref());
        paid_by.charges.extend(fact.charge_id.as_deref());
    }
    let named = |fact: &&ChargeFact| fact.invoice_id.as_deref().is_some_and(is_of);
    for fact in facts.charges.iter().filter(named) {
        paid_by.charges.insert(&fact.charge_id);
    }
    paid_by
}

/// The periods that `paid_sessions` and `invoices` tell of: one for the first payment of a
/// subscription, whichever of the two told of it, and one for every invoice of a renewal.
pub(super) fn paid_periods<'a>(
    paid_sessions: impl Iterator<Item = (&'a str, &'a SessionFact)>,
    invoices: impl Iterator<Item = (&'a str, &'a InvoiceFact)>,
) -> Vec<PaidPeriod<'a>> {
    let mut periods: BTreeMap<PeriodKey, Told> = BTreeMap::new();
    for (subscription_id, fact) in paid_sessions {
        let key = PeriodKey::First(subscription_id);
        periods.entry(key).or_default().sessions.push(fact);
    }
    for (subscription_id, fact) in invoices {
        let key = if is_first(fact) {
            PeriodKey::First(subscription_id)
        } else {
            PeriodKey::Renewal {
                invoice_id: &fact.invoice_id,
                subscription_id,
            }
        };
        periods.entry(key).or_default().invoices.push(fact);
    }
    periods
        .iter()
        .filter_map(|(key, told)| PaidPeriod::of(*key, told))
        .collect()
}

/// What makes two facts tell of one period.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PeriodKey<'a> {
    First(&'a str),
    Renewal {
        invoice_id: &'a str,
        subscription_id: &'a str,
    },
}

#[derive(Default)]
struct Told<'a> {
    sessions: Vec<&'a SessionFact>,
    invoices: Vec<&'a InvoiceFact>,
}
