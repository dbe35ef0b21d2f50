//! How long a tutor is premium: one pure walk over what was paid and what ended.
//!
//! It knows nothing of events and amounts: which facts count is judged in
//! [`crate::settlement`]. A payment that was taken back (fully refunded, its dispute lost) is no
//! grant: whoever builds the list leaves it out.

use chrono::{DateTime, TimeDelta, Utc};

use crate::stripe_facts::SubscriptionFact;
use crate::subscription;

#[cfg(test)]
mod tests;

/// What one payment of the subscription's price adds at least.
pub const PERIOD: TimeDelta = TimeDelta::days(30);

/// How long premium outlives its last paid second while a renewal is expected. Stripe charges a
/// renewal about an hour after its period began, and tries again for days if the card fails.
pub const GRACE: TimeDelta = TimeDelta::days(3);

/// One paid period of a subscription that we opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub subscription_id: String,
    /// Unknown while a first payment is known by its checkout alone.
    pub invoice_id: Option<String>,
    pub paid_at: DateTime<Utc>,
    /// The period of the invoice's subscription line; unknown as long as the invoice is.
    pub period_start: Option<DateTime<Utc>>,
    pub period_end: Option<DateTime<Utc>>,
}

impl Grant {
    /// Up to when the grant was paid for; without an invoice, as if its period were the usual one.
    fn paid_until(&self) -> DateTime<Utc> {
        self.period_end
            .unwrap_or_else(|| later_by(self.paid_at, PERIOD))
    }

    /// Premium with this grant on top: a period from now or from the current end, whichever is
    /// later, and never less than the period that was paid for.
    fn extend(&self, until: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let start = until.map_or(self.paid_at, |until| until.max(self.paid_at));
        let extended = later_by(start, PERIOD);
        self.period_end.map_or(extended, |end| extended.max(end))
    }
}

/// The end of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub subscription_id: String,
    pub ended_at: DateTime<Utc>,
}

/// What a tutor is entitled to. It holds at any time: reading it needs the time, making it doesn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitlement {
    /// The end of what is paid for, cuts included.
    pub until: Option<DateTime<Utc>>,
    /// The expiry on record (`premium_expires_at`): `until`, but as it was before the last cut
    /// until a later grant moves it.
    pub expires_at: Option<DateTime<Utc>>,
    /// See [`grace`].
    pub grace: TimeDelta,
}

impl Entitlement {
    #[must_use]
    pub fn is_premium(&self, now: DateTime<Utc>) -> bool {
        self.until
            .is_some_and(|until| now < later_by(until, self.grace))
    }
}

/// Walks in time through each grant and each end of one tutor, both told once.
///
/// The order of the slices doesn't matter.
#[must_use]
pub fn entitlement(grants: &[Grant], ends: &[End], grace: TimeDelta) -> Entitlement {
    let mut steps: Vec<Step> = grants
        .iter()
        .map(Step::Grant)
        .chain(ends.iter().map(Step::End))
        .collect();
    steps.sort_by_key(|step| step.order());
    let mut walk = Walk::default();
    for step in steps {
        match step {
            Step::Grant(grant) => walk.grant(grant),
            Step::End(end) => walk.end(end),
        }
    }
    Entitlement {
        until: walk.until,
        expires_at: walk.expires_at,
        grace,
    }
}

/// [`GRACE`] while a renewal is expected of at least one subscription, else none. Takes the newest
/// snapshot of every subscription.
#[must_use]
pub fn grace<'a>(newest: impl IntoIterator<Item = &'a SubscriptionFact>) -> TimeDelta {
    let renews = |fact: &SubscriptionFact| {
        subscription::ended_at(fact).is_none()
            && matches!(fact.status.as_str(), "active" | "past_due")
            && !fact.cancel_at_period_end
    };
    if newest.into_iter().any(renews) {
        GRACE
    } else {
        TimeDelta::zero()
    }
}

enum Step<'a> {
    Grant(&'a Grant),
    End(&'a End),
}

impl<'a> Step<'a> {
    /// By the second; within one, grants first (by period start, then invoice id).
    fn order(&self) -> (i64, bool, DateTime<Utc>, Option<&'a str>, &'a str) {
        match self {
            Self::Grant(grant) => (
                grant.paid_at.timestamp(),
                false,
                grant.period_start.unwrap_or(grant.paid_at),
                grant.invoice_id.as_deref(),
                &grant.subscription_id,
            ),
            Self::End(end) => (
                end.ended_at.timestamp(),
                true,
                end.ended_at,
                None,
                &end.subscription_id,
            ),
        }
    }
}

#[derive(Default)]
struct Walk<'a> {
    /// Grants so far, without those of subscriptions that were cut.
    counted: Vec<&'a Grant>,
    until: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

impl<'a> Walk<'a> {
    fn grant(&mut self, grant: &'a Grant) {
        self.counted.push(grant);
        self.until = Some(grant.extend(self.until));
        self.expires_at = self.until;
    }

    /// Takes back what the subscription had paid for beyond its end, and leaves what the others
    /// paid for: the same walk over their grants alone.
    ///
    /// Earlier cuts need no second look there: a grant after a cut counts from its own payment if
    /// nothing else was left, so the moment of the cut never shows in it.
    fn end(&mut self, end: &End) {
        let of_this = |grant: &&Grant| grant.subscription_id == end.subscription_id;
        let Some(last) = self.counted.iter().copied().rfind(of_this) else {
            return;
        };
        if end.ended_at >= last.paid_until() {
            return;
        }
        self.counted.retain(|grant| !of_this(grant));
        let others = self
            .counted
            .iter()
            .fold(None, |until, grant| Some(grant.extend(until)));
        let cut = others.map_or(end.ended_at, |until| until.max(end.ended_at));
        if self.until.is_some_and(|until| cut < until) {
            self.expires_at = self.until;
            self.until = Some(cut);
        }
    }
}

/// Without the panic of `+` at the end of time.
fn later_by(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
