//! Snapshots of a subscription: is it the one that we opened?

use super::{AskedPayment, Judgment, check_metadata_payment, check_party, judgment};
use crate::stripe_facts::SubscriptionFact;

/// Judges a snapshot against the first payment of its subscription. Which of several right ones
/// is the newest is [`crate::subscription::newest`]'s to say.
#[must_use]
pub fn judge_subscription(asked: &AskedPayment, fact: &SubscriptionFact) -> Judgment {
    judgment(
        check_party(asked, &fact.stamp, fact.customer_id.as_deref())
            .and_then(|()| check_metadata_payment(asked, fact.metadata_payment_id.as_deref())),
    )
}
