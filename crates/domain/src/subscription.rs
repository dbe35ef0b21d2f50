//! Which of a subscription's snapshots is the newest, and when the subscription ended.
//!
//! Stripe delivers `customer.subscription.*` in no order and dates it to the second, so the time
//! alone can't tell. The choice here depends on the set of the facts and on nothing else.
//! Source: <https://docs.stripe.com/api/subscriptions/object#subscription_object-status>.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::stripe_facts::SubscriptionFact;

#[cfg(test)]
mod tests;

/// Whether nothing can follow this status.
#[must_use]
pub fn is_terminal(status: &str) -> bool {
    matches!(status, "canceled" | "incomplete_expired")
}

/// The newest snapshot of ONE subscription; `None` only of no facts.
///
/// A terminal status absorbs whatever was created later; else the later `created` wins; within one
/// second the fact whose `previous_status` is the other's status; else the higher status; else the
/// greater event id.
///
/// The rule within one second is told of two facts and isn't transitive: of three it can lead from
/// any to any. So here, of the facts of the latest second, those are left out that another one
/// follows (two that follow each other leave each other in), and the highest of the rest is taken;
/// of a ring, where each is followed, the highest of all. Of two facts that is the rule itself, and
/// of any number it compares sets, not neighbours in a list.
#[must_use]
pub fn newest<'a>(
    facts: impl IntoIterator<Item = &'a SubscriptionFact>,
) -> Option<&'a SubscriptionFact> {
    let facts: Vec<_> = facts.into_iter().collect();
    let latest = facts.iter().map(|fact| lateness(fact)).max()?;
    let candidates: Vec<_> = facts
        .into_iter()
        .filter(|fact| lateness(fact) == latest)
        .collect();
    candidates.iter().copied().max_by_key(|fact| {
        let followed = candidates.iter().any(|other| follows(other, fact));
        (Reverse(followed), rank(&fact.status), &fact.stamp.event_id)
    })
}

/// When the subscription ended, by its newest snapshot; `None` while it has no end.
#[must_use]
pub fn ended_at(newest: &SubscriptionFact) -> Option<DateTime<Utc>> {
    is_terminal(&newest.status).then(|| newest.ended_at.unwrap_or(newest.stamp.created))
}

fn lateness(fact: &SubscriptionFact) -> (bool, i64) {
    (is_terminal(&fact.status), fact.stamp.created.timestamp())
}

/// Whether `later` says that it came out of the status that `earlier` shows, and not also the
/// other way round. So a repeat of an event never follows it.
fn follows(later: &SubscriptionFact, earlier: &SubscriptionFact) -> bool {
    let came_from = |a: &SubscriptionFact, b: &SubscriptionFact| {
        a.previous_status.as_deref() == Some(b.status.as_str())
    };
    came_from(later, earlier) && !came_from(earlier, later)
}

/// How far a subscription has come. Statuses that our checkout never leads to come first.
fn rank(status: &str) -> u8 {
    match status {
        "incomplete" => 1,
        "unpaid" => 2,
        "past_due" => 3,
        "active" => 4,
        _ => 0,
    }
}
