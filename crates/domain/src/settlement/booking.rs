//! What the facts of a booking's payment come to.

use chrono::{DateTime, Utc};

use super::paid_by::PaidBy;
use super::reversal::Reversals;
use super::{
    AskedPayment, Judgment, Judgments, Reversal, SeenRefund, SessionEffect, judge_session,
};
use crate::stripe_facts::{Facts, SessionFact};

/// The state of a booking's payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingSettlement {
    /// The session that the payment's events are about, in case that its opener never learned it.
    pub session_id: Option<String>,
    /// When Stripe told of the payment: the `created` of the earliest event that did.
    pub paid_at: Option<DateTime<Utc>>,
    /// `pi_…` of that payment: refunds and disputes name nothing else.
    pub payment_intent_id: Option<String>,
    /// The greatest effect so far; `None` while the session is open.
    pub progress: Option<SessionEffect>,
    pub reversal: Reversal,
    pub refunds: Vec<SeenRefund>,
    /// Each event id once, in order.
    pub judgments: Vec<(String, Judgment)>,
}

/// Settles a booking's payment from all facts that may be of it.
#[must_use]
pub fn settle_booking(asked: &AskedPayment, facts: &Facts) -> BookingSettlement {
    let mut judgments = Judgments::new();
    let mut applied: Vec<(&SessionFact, SessionEffect)> = Vec::new();
    for fact in &facts.sessions {
        let judgment = judge_session(asked, fact);
        judgments.insert(fact.stamp.event_id.clone(), judgment);
        if judgment == Judgment::Applied {
            applied.push((fact, SessionEffect::of(fact)));
        }
    }
    let paid = || {
        let paid = applied
            .iter()
            .filter(|(_, effect)| *effect == SessionEffect::Paid);
        paid.map(|(fact, _)| *fact)
    };
    let payment = paid().min_by_key(|fact| (fact.stamp.created, &fact.stamp.event_id));
    let mut reversals = Reversals::new(facts);
    let reversal = reversals.of(
        asked,
        PaidBy {
            payment_intents: paid()
                .filter_map(|fact| fact.payment_intent_id.as_deref())
                .collect(),
            ..PaidBy::default()
        },
    );
    // What was refused was paid all the same, and a person may have given it back.
    let refused = facts.sessions.iter().filter(|fact| {
        let judgment = judgments.get(&fact.stamp.event_id);
        judgment.is_some_and(|judgment| judgment.needs_a_person())
    });
    reversals.ignore(PaidBy {
        payment_intents: refused
            .filter_map(|fact| fact.payment_intent_id.as_deref())
            .collect(),
        ..PaidBy::default()
    });
    judgments.extend(reversals.judgments);
    BookingSettlement {
        session_id: applied
            .iter()
            .map(|(fact, _)| fact.session_id.clone())
            .min(),
        paid_at: payment.map(|fact| fact.stamp.created),
        payment_intent_id: payment.and_then(|fact| fact.payment_intent_id.clone()),
        progress: applied.iter().map(|(_, effect)| *effect).max(),
        reversal,
        refunds: reversals.seen,
        judgments: judgments.into_iter().collect(),
    }
}
