//! Reads a subscription, in the shapes before and after 2025-03-31.
//!
//! The newer shape moved the current period to the subscription's items.
//! Source: <https://docs.stripe.com/api/subscriptions/object> and
//! <https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-subscription-current-period-start-and-end>.

use domain::stripe_facts::{EventStamp, SubscriptionFact};
use serde_json::Value;

use super::{ReadError, fields, object_id};

/// `data` is the event's: what the snapshot replaced stands beside it there.
///
/// # Errors
/// A subscription without an id or a status.
pub(super) fn read(
    stamp: EventStamp,
    was_deleted: bool,
    subscription: &Value,
    data: &Value,
) -> Result<SubscriptionFact, ReadError> {
    let current_period_end = fields::time(subscription, "/current_period_end").or_else(|| {
        fields::list(subscription, "/items/data")
            .filter_map(|item| fields::time(item, "/current_period_end"))
            .max()
    });
    // The customer portal and newer integrations end a subscription by a date, not by the flag.
    // Source: <https://docs.stripe.com/changelog/basil/2025-05-28/cancel-at-enums>.
    let ends_with_the_period = fields::time(subscription, "/cancel_at")
        .zip(current_period_end)
        .is_some_and(|(cancel_at, period_end)| cancel_at <= period_end);
    let mut ended_at = fields::time(subscription, "/ended_at");
    if was_deleted {
        ended_at = ended_at
            .or_else(|| fields::time(subscription, "/canceled_at"))
            .or(Some(stamp.created));
    }
    Ok(SubscriptionFact {
        stamp,
        subscription_id: object_id(subscription)?,
        customer_id: fields::id(subscription, "/customer"),
        status: fields::text(subscription, "/status")
            .ok_or(ReadError::Missing("data.object.status"))?,
        previous_status: fields::text(data, "/previous_attributes/status"),
        cancel_at_period_end: fields::flag(subscription, "/cancel_at_period_end") == Some(true)
            || ends_with_the_period,
        ended_at,
        current_period_end,
        metadata_payment_id: fields::text(subscription, "/metadata/payment_id"),
    })
}
