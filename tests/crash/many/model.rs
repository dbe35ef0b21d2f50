//! What the database must hold in the end, from the tales alone: written from money.md and sharing
//! nothing with the code that it judges.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::PaymentStatus;

use super::tale::{Paid, Tale};

const PREMIUM_MINOR: i64 = 99_900;

/// A tutor's premium as it is kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Premium {
    pub until: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Grace included.
    pub active_until: Option<DateTime<Utc>>,
}

/// "until = max(max(until, paid_at) + 30 days, period end)".
fn granted(until: Option<DateTime<Utc>>, paid: &Paid) -> DateTime<Utc> {
    let from = until.unwrap_or(paid.paid_at).max(paid.paid_at);
    (from + TimeDelta::days(30)).max(paid.period_end)
}

pub fn premium(tale: &Tale) -> Premium {
    let mut moments: Vec<(DateTime<Utc>, Option<&Paid>, Option<&str>)> = Vec::new();
    for paid in &tale.periods {
        moments.push((paid.paid_at, Some(paid), None));
    }
    for (subscription_id, ended_at) in &tale.ends {
        moments.push((*ended_at, None, Some(subscription_id)));
    }
    // Grants before ends of the same second.
    moments.sort_by_key(|(at, _, end)| (*at, end.is_some()));
    let mut premium = Premium::default();
    for (at, paid, end) in moments {
        if let Some(paid) = paid {
            premium.until = Some(granted(premium.until, paid));
            premium.expires_at = premium.until;
        }
        let Some(ended) = end else { continue };
        let so_far = || tale.periods.iter().filter(|paid| paid.paid_at <= at);
        let last = so_far().rfind(|paid| paid.subscription_id == ended);
        if last.is_none_or(|last| at >= last.period_end) {
            continue;
        }
        let others = so_far()
            .filter(|paid| paid.subscription_id != ended)
            .fold(None, |until, paid| Some(granted(until, paid)));
        premium.expires_at = premium.until;
        premium.until = Some(others.map_or(at, |others: DateTime<Utc>| others.max(at)));
    }
    let grace = TimeDelta::days(if tale.renews { 3 } else { 0 });
    premium.active_until = premium.until.map(|until| until + grace);
    premium
}

/// A payment as it is kept: what it is known by, its status, its amount, when it was paid.
pub type Kept = (String, PaymentStatus, i64, Option<DateTime<Utc>>);

/// All payments of a customer: those that were asked for, and a renewal each.
pub fn payments(tale: &Tale) -> Vec<Kept> {
    let mut payments: Vec<Kept> = tale
        .checkouts
        .iter()
        .map(|checkout| {
            let session_id = format!("cs_{}", checkout.opened_id.simple());
            (
                session_id,
                checkout.status,
                checkout.amount,
                checkout.paid_at,
            )
        })
        .collect();
    for paid in &tale.periods {
        if let Some(invoice_id) = &paid.invoice_id {
            let (id, at) = (invoice_id.clone(), Some(paid.paid_at));
            payments.push((id, PaymentStatus::Completed, PREMIUM_MINOR, at));
        }
    }
    payments.sort_by(|a, b| a.0.cmp(&b.0));
    payments
}

/// The balance of each account: premium is the platform's, a booking's money is held.
pub fn ledger(tales: &[Tale]) -> BTreeMap<String, i64> {
    let mut balances = BTreeMap::new();
    for tale in tales {
        let to = if tale.tutor_id.is_some() {
            "platform"
        } else {
            "escrow"
        };
        for (_, status, amount, _) in payments(tale) {
            if status == PaymentStatus::Completed {
                *balances.entry(to.to_owned()).or_default() += amount;
                *balances.entry("student".to_owned()).or_default() -= amount;
            }
        }
    }
    balances
}
