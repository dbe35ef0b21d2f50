//! What the session events of a booking's payment come to.

use chrono::{DateTime, Utc};

use super::{AskedPayment, Judgment, Judgments, SessionEffect, judge_session};
use crate::stripe_facts::SessionFact;

/// The state of a booking's payment, before refunds and disputes.
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
    /// Each event id once, in order.
    pub judgments: Vec<(String, Judgment)>,
}

/// Settles a booking's payment from all session facts that may be of it.
#[must_use]
pub fn settle_booking(asked: &AskedPayment, sessions: &[SessionFact]) -> BookingSettlement {
    let judged = || {
        sessions
            .iter()
            .map(|fact| (fact, judge_session(asked, fact)))
    };
    let applied = || {
        judged()
            .filter(|(_, judgment)| *judgment == Judgment::Applied)
            .map(|(fact, _)| (fact, SessionEffect::of(fact)))
    };
    let payment = applied()
        .filter(|(_, effect)| *effect == SessionEffect::Paid)
        .map(|(fact, _)| fact)
        .min_by_key(|fact| (fact.stamp.created, &fact.stamp.event_id));
    let judgments: Judgments = judged()
        .map(|(fact, judgment)| (fact.stamp.event_id.clone(), judgment))
        .collect();
    BookingSettlement {
        session_id: applied().map(|(fact, _)| fact.session_id.clone()).min(),
        paid_at: payment.map(|fact| fact.stamp.created),
        payment_intent_id: payment.and_then(|fact| fact.payment_intent_id.clone()),
        progress: applied().map(|(_, effect)| effect).max(),
        judgments: judgments.into_iter().collect(),
    }
}
