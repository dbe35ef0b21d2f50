//! What all facts of a tutor's premium come to: paid periods, renewals, and how long it lasts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::applied::Applied;
use super::paid::{PaidPeriod, paid_by};
use super::reversal::Reversals;
use super::{AskedPayment, Judgment, Reversal, SeenRefund, SessionEffect};
use crate::money::Money;
use crate::premium::{End, Entitlement, Grant, entitlement, grace};
use crate::stripe_facts::{Facts, SubscriptionFact};
use crate::subscription::ended_at;

/// The state of a tutor's premium.
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
    pub refunds: Vec<SeenRefund>,
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
    /// `pi_…`; of several the least.
    pub payment_intent_id: Option<String>,
    pub reversal: Reversal,
}

/// A later period: a payment of its own, known by its invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    pub invoice_id: String,
    pub subscription_id: String,
    pub first_payment_id: Uuid,
    pub amount: Money,
    pub paid_at: DateTime<Utc>,
    /// `pi_…`; of several the least.
    pub payment_intent_id: Option<String>,
    pub reversal: Reversal,
}

/// A subscription without an end, by its newest snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSubscription {
    pub subscription_id: String,
    pub first_payment_id: Uuid,
    /// `None` while no snapshot has come. `past_due` also from the moment that a renewal could not be
    /// paid: Stripe tells of the two in any order.
    pub status: Option<String>,
    pub cancel_at_period_end: bool,
    pub current_period_end: Option<DateTime<Utc>>,
}

/// A paid period with what went back of it.
struct Settled<'a> {
    period: PaidPeriod<'a>,
    owner: &'a AskedPayment,
    payment_intent_id: Option<String>,
    reversal: Reversal,
}

/// Settles one tutor's premium from all its first payments and all facts that may be of them.
///
/// A payment that was taken back grants nothing, and stays among the payments.
#[must_use]
pub fn settle_premium(asked: &[AskedPayment], facts: &Facts) -> PremiumSettlement {
    let mut applied = Applied::new(asked, facts);
    let newest = applied.settle_snapshots();
    let mut reversals = Reversals::new(facts);
    let periods = settled_periods(&applied, facts, &mut reversals);
    reversals.ignore(paid_by(facts, applied.ignored_invoices()));
    let grants: Vec<Grant> = periods
        .iter()
        .filter(|settled| !settled.reversal.takes_back(settled.owner.amount.minor))
        .map(|settled| settled.period.grant())
        .collect();
    let ends: Vec<End> = newest.values().filter_map(|fact| end(fact)).collect();
    let first_payments = first_payments(asked, &applied, &periods);
    let live_subscription = live_subscription(&applied, &newest);
    let mut judgments = applied.judgments;
    judgments.extend(reversals.judgments);
    PremiumSettlement {
        entitlement: entitlement(&grants, &ends, grace(newest.values().copied())),
        renewals: renewals(&periods, &first_payments),
        live_subscription,
        first_payments,
        refunds: reversals.seen,
        judgments: judgments.into_iter().collect(),
    }
}

fn settled_periods<'a>(
    applied: &Applied<'a>,
    facts: &'a Facts,
    reversals: &mut Reversals<'a>,
) -> Vec<Settled<'a>> {
    let mut settled = Vec::new();
    for period in applied.paid_periods() {
        let Some(owner) = applied.ties.owner(period.subscription_id) else {
            continue;
        };
        let paid_by = period.paid_by(facts);
        let intents = paid_by.payment_intents.iter();
        settled.push(Settled {
            payment_intent_id: intents.min().map(|id| (*id).to_owned()),
            reversal: reversals.of(owner, paid_by),
            period,
            owner,
        });
    }
    settled
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
    periods: &[Settled],
) -> Vec<FirstPayment> {
    let mut payments: Vec<_> = asked
        .iter()
        .map(|asked| {
            let paid = periods
                .iter()
                .filter(|settled| {
                    settled.period.first && settled.owner.payment_id == asked.payment_id
                })
                .min_by_key(|settled| (settled.period.paid_at, settled.period.subscription_id));
            FirstPayment {
                payment_id: asked.payment_id,
                session_id: applied.session_id(asked.payment_id).map(str::to_owned),
                progress: paid
                    .map(|_| SessionEffect::Paid)
                    .or_else(|| applied.progress(asked.payment_id)),
                paid: paid.map(|settled| PaidFirst {
                    paid_at: settled.period.paid_at,
                    subscription_id: settled.period.subscription_id.to_owned(),
                    invoice_id: settled.period.invoice_id.map(str::to_owned),
                    payment_intent_id: settled.payment_intent_id.clone(),
                    reversal: settled.reversal,
                }),
            }
        })
        .collect();
    payments.sort_by_key(|payment| payment.payment_id);
    payments
}

/// All periods that are nobody's first payment. That is also where the first invoice of a second
/// subscription under one payment goes, so that no money that came is left out.
fn renewals(periods: &[Settled], first_payments: &[FirstPayment]) -> Vec<Renewal> {
    let is_first_payment = |period: &PaidPeriod| {
        period.first
            && first_payments
                .iter()
                .filter_map(|payment| payment.paid.as_ref())
                .any(|paid| paid.subscription_id == period.subscription_id)
    };
    let mut renewals: Vec<_> = periods
        .iter()
        .filter(|settled| !is_first_payment(&settled.period))
        .filter_map(|settled| {
            Some(Renewal {
                invoice_id: settled.period.invoice_id?.to_owned(),
                subscription_id: settled.period.subscription_id.to_owned(),
                first_payment_id: settled.owner.payment_id,
                amount: settled.owner.amount,
                paid_at: settled.period.paid_at,
                payment_intent_id: settled.payment_intent_id.clone(),
                reversal: settled.reversal,
            })
        })
        .collect();
    renewals.sort_by(|a, b| a.invoice_id.cmp(&b.invoice_id));
    renewals
}

fn live_subscription<'a>(
    applied: &Applied<'a>,
    newest: &BTreeMap<&'a str, &'a SubscriptionFact>,
) -> Option<LiveSubscription> {
    let (id, asked, newest) = applied
        .ties
        .owned()
        .map(|(id, asked)| (id, asked, newest.get(id).copied()))
        .filter(|(_, _, newest)| newest.and_then(ended_at).is_none())
        .max_by_key(|(id, _, newest)| (newest.map(|fact| fact.stamp.created), *id))?;
    let is_overdue = |fact: &SubscriptionFact| {
        fact.status == "active" && applied.last_failure(id) >= Some(fact.stamp.created)
    };
    Some(LiveSubscription {
        subscription_id: id.to_owned(),
        first_payment_id: asked.payment_id,
        status: newest.map(|fact| {
            let status = if is_overdue(fact) {
                "past_due"
            } else {
                &fact.status
            };
            status.to_owned()
        }),
        cancel_at_period_end: newest.is_some_and(|fact| fact.cancel_at_period_end),
        current_period_end: newest.and_then(|fact| fact.current_period_end),
    })
}
