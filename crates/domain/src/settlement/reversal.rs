//! What went back of a payment: refunds and disputes.
//!
//! Source: <https://docs.stripe.com/refunds> and <https://docs.stripe.com/disputes/how-disputes-work>.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{AskedPayment, Check, Judgment, Judgments, ParkReason, ensure, mismatch};
use super::{check_metadata_payment, judgment};
use crate::payment::PaymentType;
use crate::stripe_facts::{ChargeFact, DisputeFact, EventStamp, Facts, RefundFact};

/// What has gone back of one payment, in minor units. The parts together are never more than was
/// paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reversal {
    pub refunded: i64,
    /// Whether nothing was left of it once, even if a bank returned some later: who was told that a
    /// lesson is off isn't told otherwise weeks after.
    pub was_gone: bool,
    /// Whether all that was charged is refunded now. A part of an invoice may have come from the
    /// payer's balance and not from a charge.
    pub is_refunded_whole: bool,
    /// Withdrawn as long as a dispute is open.
    pub disputed: i64,
    /// Gone for good with a dispute.
    pub lost: i64,
    pub has_open_dispute: bool,
    pub has_lost_dispute: bool,
    /// Whether a dispute was lost once, even if a bank thought better of it later.
    pub was_lost: bool,
}

impl Reversal {
    /// Whether the payment pays for nothing any more.
    #[must_use]
    pub fn takes_back(&self, amount_minor: i64) -> bool {
        self.is_refunded_whole || self.refunded + self.lost >= amount_minor || self.has_lost_dispute
    }
}

/// How a refund stands at Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRefund {
    /// `re_…`
    pub refund_id: String,
    /// Our own refund, if we asked for it.
    pub ours: Option<Uuid>,
    pub state: RefundState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    Pending,
    Succeeded,
    Failed,
}

/// By what the facts of refunds and disputes name one payment.
#[derive(Debug, Default)]
pub(super) struct PaidBy<'a> {
    pub(super) payment_intents: BTreeSet<&'a str>,
    pub(super) charges: BTreeSet<&'a str>,
}

impl<'a> PaidBy<'a> {
    fn includes(&self, intent: Option<&str>, charge: Option<&str>) -> bool {
        intent.is_some_and(|id| self.payment_intents.contains(id))
            || charge.is_some_and(|id| self.charges.contains(id))
    }

    /// Adds what the facts say is the same payment by another name.
    fn complete(mut self, facts: &'a Facts) -> Self {
        loop {
            let before = (self.payment_intents.len(), self.charges.len());
            for (intent, charge) in pairs(facts) {
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

/// Payment intent and charge, as each fact names them.
fn pairs(facts: &Facts) -> impl Iterator<Item = (Option<&str>, Option<&str>)> {
    let charges = facts
        .charges
        .iter()
        .map(|fact| (fact.payment_intent_id.as_deref(), Some(&*fact.charge_id)));
    let refunds = facts
        .refunds
        .iter()
        .map(|fact| (fact.payment_intent_id.as_deref(), fact.charge_id.as_deref()));
    let disputes = facts
        .disputes
        .iter()
        .map(|fact| (fact.payment_intent_id.as_deref(), fact.charge_id.as_deref()));
    charges.chain(refunds).chain(disputes)
}

/// Of what no payment has claimed yet.
const UNKNOWN: Judgment = Judgment::Parked(
    ParkReason::Waiting,
    "what it is about is not known to be paid",
);

/// The facts of refunds and disputes, given out to the payments that they are about.
pub(super) struct Reversals<'a> {
    facts: &'a Facts,
    pub(super) judgments: Judgments,
    pub(super) seen: Vec<SeenRefund>,
}

impl<'a> Reversals<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        let stamps = facts.charges.iter().map(|fact| &fact.stamp);
        let stamps = stamps.chain(facts.refunds.iter().map(|fact| &fact.stamp));
        let stamps = stamps.chain(facts.disputes.iter().map(|fact| &fact.stamp));
        Self {
            facts,
            judgments: stamps
                .map(|stamp| (stamp.event_id.clone(), UNKNOWN))
                .collect(),
            seen: Vec::new(),
        }
    }

    /// Takes out what is about one payment of `asked`.
    pub(super) fn of(&mut self, asked: &AskedPayment, paid_by: PaidBy<'a>) -> Reversal {
        let paid_by = paid_by.complete(self.facts);
        let charges = self.charges_of(asked, &paid_by);
        let refunds = self.refunds_of(asked, &paid_by);
        let disputes = self.disputes_of(asked, &paid_by);
        let amount = asked.amount.minor;
        let refunded = refunded(&charges, &refunds).clamp(0, amount);
        let charged: i64 = charges.iter().filter_map(|fact| fact.amount).sum();
        let open = disputes
            .iter()
            .filter(|fact| standing(fact) == Some(Standing::Open));
        let lost = disputes
            .iter()
            .filter(|fact| standing(fact) == Some(Standing::Lost));
        let sum =
            |facts: Vec<&&DisputeFact>| facts.iter().filter_map(|fact| fact.amount).sum::<i64>();
        let (open, lost): (Vec<_>, Vec<_>) = (open.collect(), lost.collect());
        let (has_open_dispute, has_lost_dispute) = (!open.is_empty(), !lost.is_empty());
        let lost = sum(lost).min(amount - refunded);
        let ever_lost = self
            .ever_lost(asked, &paid_by)
            .map(|minor| minor.min(amount));
        let ever_refunded = self.ever_refunded(asked, &paid_by);
        self.seen.extend(refunds.iter().map(|fact| seen(fact)));
        Reversal {
            refunded,
            // By what was said at any time, so that it doesn't matter what was said last.
            was_gone: refunded.max(ever_refunded.unwrap_or(0)) >= amount - ever_lost.unwrap_or(0),
            was_lost: ever_lost.is_some(),
            is_refunded_whole: refunded >= amount || (charged > 0 && refunded >= charged),
            disputed: sum(open).min(amount - refunded - lost),
            lost,
            has_open_dispute,
            has_lost_dispute,
        }
    }

    /// Settles what is about something that we have looked at and that doesn't count.
    pub(super) fn ignore(&mut self, paid_by: PaidBy<'a>) {
        let paid_by = paid_by.complete(self.facts);
        let ignored = Judgment::Ignored("what it is about does not count");
        let charges = self.facts.charges.iter().map(|fact| {
            let names = (fact.payment_intent_id.as_deref(), Some(&*fact.charge_id));
            (names, &fact.stamp)
        });
        let refunds = self.facts.refunds.iter().map(|fact| {
            let names = (fact.payment_intent_id.as_deref(), fact.charge_id.as_deref());
            (names, &fact.stamp)
        });
        let disputes = self.facts.disputes.iter().map(|fact| {
            let names = (fact.payment_intent_id.as_deref(), fact.charge_id.as_deref());
            (names, &fact.stamp)
        });
        for ((intent, charge), stamp) in charges.chain(refunds).chain(disputes) {
            let judgment = self.judgments.get_mut(&stamp.event_id);
            if let Some(judgment) = judgment.filter(|known| **known == UNKNOWN)
                && paid_by.includes(intent, charge)
            {
                *judgment = ignored;
            }
        }
    }

    /// The newest fact of every charge.
    fn charges_of(&mut self, asked: &AskedPayment, paid_by: &PaidBy) -> Vec<&'a ChargeFact> {
        let about = self.facts.charges.iter().filter(|fact| {
            paid_by.includes(fact.payment_intent_id.as_deref(), Some(&fact.charge_id))
        });
        self.newest_of(
            about.map(|fact| (check_charge(asked, fact), &fact.stamp, fact)),
            |fact| &fact.charge_id,
            |fact| (fact.stamp.created, fact.amount_refunded),
        )
    }

    /// The newest fact of every refund. One that failed never succeeds any more.
    fn refunds_of(&mut self, asked: &AskedPayment, paid_by: &PaidBy) -> Vec<&'a RefundFact> {
        let about = self.facts.refunds.iter().filter(|fact| {
            paid_by.includes(fact.payment_intent_id.as_deref(), fact.charge_id.as_deref())
        });
        self.newest_of(
            about.map(|fact| (check_refund(asked, fact), &fact.stamp, fact)),
            |fact| &fact.refund_id,
            |fact| {
                let succeeded = fact.status.as_deref() == Some("succeeded");
                (fact.has_failed(), fact.stamp.created, succeeded)
            },
        )
    }

    /// The newest fact of every dispute. One that is over is not opened again.
    fn disputes_of(&mut self, asked: &AskedPayment, paid_by: &PaidBy) -> Vec<&'a DisputeFact> {
        let about = self.facts.disputes.iter().filter(|fact| {
            paid_by.includes(fact.payment_intent_id.as_deref(), fact.charge_id.as_deref())
        });
        self.newest_of(
            about.map(|fact| (check_dispute(asked, fact), &fact.stamp, fact)),
            |fact| &fact.dispute_id,
            |fact| {
                let standing = standing(fact);
                (
                    standing.is_some_and(Standing::is_over),
                    fact.stamp.created,
                    standing,
                )
            },
        )
    }

    /// Of the facts that count the greatest by `age` for every object; the others become stale.
    fn newest_of<T, K: Ord>(
        &mut self,
        judged: impl Iterator<Item = (Check, &'a EventStamp, &'a T)>,
        id: impl Fn(&T) -> &String,
        age: impl Fn(&T) -> K,
    ) -> Vec<&'a T> {
        let mut newest: BTreeMap<&'a str, (&'a EventStamp, &'a T)> = BTreeMap::new();
        for (check, stamp, fact) in judged {
            let counts = check.is_ok();
            let judgment = if counts {
                Judgment::Stale
            } else {
                judgment(check)
            };
            self.judgments.insert(stamp.event_id.clone(), judgment);
            if !counts {
                continue;
            }
            let fact: &'a T = fact;
            let key = (age(fact), &stamp.event_id);
            let is_newer = |(known, other): &(&EventStamp, &T)| key > (age(other), &known.event_id);
            if newest.get(id_of(fact, &id)).is_none_or(is_newer) {
                newest.insert(id_of(fact, &id), (stamp, fact));
            }
        }
        for (stamp, _) in newest.values() {
            self.judgments
                .insert(stamp.event_id.clone(), Judgment::Applied);
        }
        newest.into_values().map(|(_, fact)| fact).collect()
    }

    /// The most that a dispute which was lost at any time has taken.
    fn ever_lost(&self, asked: &AskedPayment, paid_by: &PaidBy) -> Option<i64> {
        let lost = self.facts.disputes.iter().filter(|fact| {
            paid_by.includes(fact.payment_intent_id.as_deref(), fact.charge_id.as_deref())
                && check_dispute(asked, fact).is_ok()
                && standing(fact) == Some(Standing::Lost)
        });
        lost.filter_map(|fact| fact.amount).max()
    }

    /// The most that a charge ever said of what went back.
    fn ever_refunded(&self, asked: &AskedPayment, paid_by: &PaidBy) -> Option<i64> {
        let charges = self.facts.charges.iter().filter(|fact| {
            paid_by.includes(fact.payment_intent_id.as_deref(), Some(&fact.charge_id))
                && check_charge(asked, fact).is_ok()
        });
        charges.filter_map(|fact| fact.amount_refunded).max()
    }
}

fn id_of<'a, T>(fact: &'a T, id: &impl Fn(&T) -> &String) -> &'a str {
    id(fact)
}

/// By the charges' own sums, less the refunds that failed after those were told; and at least what
/// the refunds themselves come to, in case that word of a charge was lost.
fn refunded(charges: &[&ChargeFact], refunds: &[&RefundFact]) -> i64 {
    let failed_since = |charge: &ChargeFact| -> i64 {
        refunds
            .iter()
            .filter(|refund| refund.has_failed() && refund.stamp.created >= charge.stamp.created)
            .filter_map(|refund| refund.amount)
            .sum()
    };
    let by_charges: i64 = charges
        .iter()
        .map(|charge| charge.amount_refunded.unwrap_or(0) - failed_since(charge))
        .sum();
    let by_refunds: i64 = refunds
        .iter()
        .filter(|refund| !refund.has_failed())
        .filter_map(|refund| refund.amount)
        .sum();
    by_charges.max(by_refunds)
}

fn seen(fact: &RefundFact) -> SeenRefund {
    SeenRefund {
        refund_id: fact.refund_id.clone(),
        ours: fact
            .metadata_refund_id
            .as_deref()
            .and_then(|id| Uuid::parse_str(id).ok()),
        state: match fact.status.as_deref() {
            Some("succeeded") => RefundState::Succeeded,
            _ if fact.has_failed() => RefundState::Failed,
            _ => RefundState::Pending,
        },
    }
}

/// Where a dispute stands. Of two in one second the greater one is the newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Open,
    Won,
    Lost,
}

impl Standing {
    fn is_over(self) -> bool {
        self != Self::Open
    }
}

/// `None` for a status that isn't known.
fn standing(fact: &DisputeFact) -> Option<Standing> {
    match fact.status.as_deref() {
        Some("needs_response" | "under_review") => Some(Standing::Open),
        Some("won" | "prevented") => Some(Standing::Won),
        Some("lost") => Some(Standing::Lost),
        _ => None,
    }
}

fn check_mode(asked: &AskedPayment, stamp: &EventStamp) -> Check {
    ensure(
        asked.livemode == stamp.livemode,
        Judgment::Parked(ParkReason::OtherMode, "livemode is not the payment's"),
    )
}

fn check_currency(asked: &AskedPayment, currency: Option<&str>) -> Check {
    ensure(
        currency == Some(asked.amount.currency.code()),
        mismatch("currency is not the payment's"),
    )
}

fn check_charge(asked: &AskedPayment, fact: &ChargeFact) -> Check {
    check_mode(asked, &fact.stamp)?;
    let (ours, theirs) = (asked.customer_id.as_deref(), fact.customer_id.as_deref());
    ensure(
        theirs.is_none() || ours == theirs,
        Judgment::Parked(
            ParkReason::CustomerConflict,
            "customer is not the payment's",
        ),
    )?;
    check_metadata_payment(asked, fact.metadata_payment_id.as_deref())?;
    check_currency(asked, fact.currency.as_deref())?;
    let charged = match asked.purpose {
        PaymentType::Booking => fact.amount == Some(asked.amount.minor),
        // A part of an invoice may come from the payer's balance.
        PaymentType::Premium => fact
            .amount
            .is_some_and(|amount| (1..=asked.amount.minor).contains(&amount)),
    };
    ensure(charged, mismatch("amount is not the payment's"))?;
    let back = fact.amount_refunded;
    ensure(
        back.is_some_and(|back| (0..=fact.amount.unwrap_or(0)).contains(&back)),
        mismatch("amount_refunded is none that the payment could have"),
    )
}

fn check_refund(asked: &AskedPayment, fact: &RefundFact) -> Check {
    check_mode(asked, &fact.stamp)?;
    check_currency(asked, fact.currency.as_deref())?;
    let amount = fact.amount;
    ensure(
        amount.is_some_and(|amount| (1..=asked.amount.minor).contains(&amount)),
        mismatch("amount is none that the payment could give back"),
    )
}

fn check_dispute(asked: &AskedPayment, fact: &DisputeFact) -> Check {
    check_mode(asked, &fact.stamp)?;
    ensure(
        !fact.is_inquiry(),
        Judgment::Ignored("an inquiry takes no money"),
    )?;
    check_currency(asked, fact.currency.as_deref())?;
    ensure(
        fact.amount.is_some_and(|amount| amount >= 1),
        mismatch("amount is none that could be disputed"),
    )?;
    ensure(
        standing(fact).is_some(),
        mismatch("status is none that we know"),
    )
}
