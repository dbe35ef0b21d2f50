//! What all facts of a tutor's premium come to: paid periods, renewals, and how long it lasts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::applied::Applied;
use super::paid::PaidPeriod;
use super::{AskedPayment, Judgment, SessionEffect};
use crate::money::Money;
use crate::premium::{End, Entitlement, Grant, entitlement, grace};
use crate::stripe_facts::{InvoiceFact, SessionFact, SubscriptionFact};
use crate::subscription::ended_at;

/// The state of a tutor's premium, before refunds and disputes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PremiumSettlement {
    pub entitlement: Entitlement,
    /// One for each payment that was asked for, by payment id.
    pub first_payments: Vec<FirstPayment>,
    /// Every other paid invoice, by invoice id.
    pub renewals: Vec<Renewal>,
    /// A subscription without an end. Of several, which only a race can open, the one of the
    /// newest snapshot.
    pub live_subscription: Option<LiveSubscription>,
    /// Each event id once, in order.
    pub judgments: Vec<(String, Judgment)>,
}

/// What became of a payment that we asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPayment {
    pub payment_id: Uuid,
    /// The session that the payment's events are about, in case that its opener never learned it.
    pub session_id: Option<String>,
    /// The greatest effect so far; `None` while its session is open.
    pub progress: Option<SessionEffect>,
    pub paid: Option<PaidFirst>,
}

/// The first period of a subscription, whichever of checkout and invoice told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidFirst {
    /// The invoice's once it is known, before that the `created` of the checkout's event.
    pub paid_at: DateTime<Utc>,
    pub subscription_id: String,
    pub invoice_id: Option<String>,
}

/// A later period: a payment of its own, known by its invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    pub invoice_id: String,
    pub subscription_id: String,
    pub first_payment_id: Uuid,
    pub amount: Money,
    pub paid_at: DateTime<Utc>,
}

/// A subscription without an end, by its newest snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSubscription {
    pub subscription_id: String,
    pub first_payment_id: Uuid,
    /// `None` while no snapshot has come.
    pub status: Option<String>,
    pub cancel_at_period_end: bool,
    pub current_period_end: Option<DateTime<Utc>>,
}

/// Settles one tutor's premium from all its first payments and all facts that may be of them.
///
/// A payment that was taken back grants nothing: it is to be left out of the grants here, and stays
/// among the payments.
#[must_use]
pub fn settle_premium(
    asked: &[AskedPayment],
    sessions: &[SessionFact],
    invoices: &[InvoiceFact],
    subscriptions: &[SubscriptionFact],
) -> PremiumSettlement {
    let mut applied = Applied::new(asked, sessions, invoices, subscriptions);
    let newest = applied.settle_snapshots();
    let periods = applied.paid_periods();
    let grants: Vec<Grant> = periods.iter().map(PaidPeriod::grant).collect();
    let ends: Vec<End> = newest.values().filter_map(|fact| end(fact)).collect();
    let first_payments = first_payments(asked, &applied, &periods);
    PremiumSettlement {
        entitlement: entitlement(&grants, &ends, grace(newest.values().copied())),
        renewals: renewals(&applied, &periods, &first_payments),
        live_subscription: applied
            .ties
            .owned()
            .map(|(id, asked)| (id, asked, newest.get(id).copied()))
            .filter(|(_, _, newest)| newest.and_then(ended_at).is_none())
            .max_by_key(|(id, _, newest)| (newest.map(|fact| fact.stamp.created), *id))
            .map(|(id, asked, newest)| live(id, asked, newest)),
        first_payments,
        judgments: applied.judgments.into_iter().collect(),
    }
}

fn end(newest: &SubscriptionFact) -> Option<End> {
    Some(End {
        subscription_id: newest.subscription_id.clone(),
        ended_at: ended_at(newest)?,
    })
}

fn first_payments(
    asked: &[AskedPayment],
    applied: &Applied,
    periods: &[PaidPeriod],
) -> Vec<FirstPayment> {
    let mut payments: Vec<_> = asked
        .iter()
        .map(|asked| {
            let is_of = |period: &&PaidPeriod| {
                let owner = applied.ties.owner(period.subscription_id);
                period.first && owner.is_some_and(|owner| owner.payment_id == asked.payment_id)
            };
            let paid = periods
                .iter()
                .filter(is_of)
                .min_by_key(|period| (period.paid_at, period.subscription_id));
            FirstPayment {
                payment_id: asked.payment_id,
                session_id: applied.session_id(asked.payment_id).map(str::to_owned),
                progress: paid
                    .map(|_| SessionEffect::Paid)
                    .or_else(|| applied.progress(asked.payment_id)),
                paid: paid.map(|period| PaidFirst {
                    paid_at: period.paid_at,
                    subscription_id: period.subscription_id.to_owned(),
                    invoice_id: period.invoice_id.map(str::to_owned),
                }),
            }
        })
        .collect();
    payments.sort_by_key(|payment| payment.payment_id);
    payments
}

/// All periods that are nobody's first payment. That is also where the first invoice of a second
/// subscription under one payment goes, so that no money that came is left out.
fn renewals(
    applied: &Applied,
    periods: &[PaidPeriod],
    first_payments: &[FirstPayment],
) -> Vec<Renewal> {
    let is_first_payment = |period: &PaidPeriod| {
        period.first
            && first_payments
                .iter()
                .filter_map(|payment| payment.paid.as_ref())
                .any(|paid| paid.subscription_id == period.subscription_id)
    };
    let mut renewals: Vec<_> = periods
        .iter()
        .filter(|period| !is_first_payment(period))
        .filter_map(|period| {
            let first = applied.ties.owner(period.subscription_id)?;
            Some(Renewal {
                invoice_id: period.invoice_id?.to_owned(),
                subscription_id: period.subscription_id.to_owned(),
                first_payment_id: first.payment_id,
                amount: first.amount,
                paid_at: period.paid_at,
            })
        })
        .collect();
    renewals.sort_by(|a, b| a.invoice_id.cmp(&b.invoice_id));
    renewals
}

fn live(id: &str, asked: &AskedPayment, newest: Option<&SubscriptionFact>) -> LiveSubscription {
    LiveSubscription {
        subscription_id: id.to_owned(),
        first_payment_id: asked.payment_id,
        status: newest.map(|fact| fact.status.clone()),
        cancel_at_period_end: newest.is_some_and(|fact| fact.cancel_at_period_end),
        current_period_end: newest.and_then(|fact| fact.current_period_end),
    }
}
