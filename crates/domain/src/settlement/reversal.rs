//! What went back of a payment: refunds and disputes.
//!
//! Source: <https://docs.stripe.com/refunds> and <https://docs.stripe.com/disputes/how-disputes-work>.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::back::{Standing, check_charge, check_dispute, check_refund, standing};
use super::paid_by::{Named, PaidBy, named};
use super::{AskedPayment, Check, Judgment, Judgments, ParkReason, judgment};
use crate::stripe_facts::{ChargeFact, DisputeFact, EventStamp, Facts, RefundFact, RefundState};

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
        let unclaimed = named(facts).map(|named| (named.stamp.event_id.clone(), UNKNOWN));
        Self {
            facts,
            judgments: unclaimed.collect(),
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
        let taken = |by: Standing| -> Option<i64> {
            let taken = disputes.iter().filter(|fact| standing(fact) == Some(by));
            // Each by itself could take all there is; more than that it can't.
            let taken = taken.filter_map(|fact| Some(fact.amount?.min(amount)));
            taken.reduce(|sum, minor| (sum + minor).min(amount))
        };
        let (open, has_lost) = (taken(Standing::Open), taken(Standing::Lost));
        let lost = has_lost.unwrap_or(0).min(amount - refunded);
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
            disputed: open.unwrap_or(0).min(amount - refunded - lost),
            lost,
            has_open_dispute: open.is_some(),
            has_lost_dispute: has_lost.is_some(),
        }
    }

    /// Settles what is about something that we have looked at and that doesn't count.
    pub(super) fn ignore(&mut self, paid_by: PaidBy<'a>) {
        let paid_by = paid_by.complete(self.facts);
        let ignored = Judgment::Ignored("what it is about does not count");
        for Named {
            stamp,
            intent,
            charge,
        } in named(self.facts)
        {
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
                let succeeded = fact.state() == RefundState::Succeeded;
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
        state: fact.state(),
    }
}
