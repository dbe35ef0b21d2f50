//! Sending the refunds that were decided on.
//!
//! A refund is committed with the decision; here it is sent, under a key of its own, until Stripe
//! has taken it on. What it then did is told by events and by nothing else.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::{PaymentType, RefundReason, RefundStatus};
use payments::{ProviderError, RefundRequest, SentRefund, Stripe};
use persistence::payments::{self as payment_rows, Payment};
use persistence::refunds::{self as rows, Refund};
use persistence::{Db, Scope, Stored, Tx, write};

use crate::fault_points::{FaultPoint, reached};
use crate::settlement::amount;
use crate::{ServiceError, error_chain};

/// How many are asked for at once.
const BATCH: u64 = 100;
/// Stripe forgets a key after 24 hours. From here on it is asked what it knows before it is told.
const KEY_LIFETIME: TimeDelta = TimeDelta::hours(23);
/// While a dispute is open nothing goes back: the bank may take the money itself.
const DISPUTE_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Sends what is due; tells how many refunds Stripe has taken on. One that fails is left for later.
///
/// # Errors
/// The refunds could not be listed.
pub async fn send_due(db: &Db, scope: &Scope, stripe: &Stripe) -> Result<usize, ServiceError> {
    let mut sent = 0;
    let mut last = None;
    loop {
        let batch = rows::list_due(db, scope.now, last, BATCH).await?;
        let Some(end) = batch.last() else {
            return Ok(sent);
        };
        last = end.next_try_at.map(|at| (at, end.id));
        for refund in &batch {
            match send(db, scope, stripe, refund).await {
                Ok(was_sent) => sent += usize::from(was_sent),
                Err(error) => {
                    let cause = error_chain(&error);
                    log::warn!(refund_id:% = refund.id; "a refund was not sent: {cause}");
                }
            }
        }
    }
}

async fn send(db: &Db, scope: &Scope, stripe: &Stripe, due: &Refund) -> Result<bool, ServiceError> {
    let claimed = write(db, scope, async |tx| claim(tx, due).await).await?;
    let Some(claimed) = claimed else {
        return Ok(false);
    };
    reached(FaultPoint::RefundClaimed).await;
    let answer = call(stripe, &claimed).await;
    reached(FaultPoint::RefundSent).await;
    let was_sent = answer.is_ok();
    write(db, scope, async |tx| keep(tx, due, answer.clone()).await).await?;
    Ok(was_sent)
}

/// A refund that is to be sent now.
struct Claimed {
    request: RefundRequest,
    /// Whether an earlier try may have been forgotten by Stripe.
    is_old: bool,
    /// The subscription that ends with it.
    subscription_id: Option<String>,
}

/// Takes a refund on, if there is still something to be given back.
async fn claim(tx: &Tx, due: &Refund) -> Result<Option<Claimed>, ServiceError> {
    let payment = payment_rows::lock(tx, due.payment_id).await?;
    let mut refund = rows::lock(tx, due.id).await?;
    let is_due = refund.next_try_at.is_some_and(|at| at <= tx.now());
    if *refund.status != RefundStatus::Decided || !is_due {
        return Ok(None);
    }
    refund.attempts += 1;
    refund.next_try_at = Some(tx.now() + pause_after(refund.attempts));
    let claimed = match why_not(&payment, &refund) {
        Some(WhyNot::Later(why)) => {
            refund.next_try_at = Some(tx.now() + DISPUTE_PAUSE);
            refund.last_error = Some(why.to_owned());
            None
        }
        Some(WhyNot::Never(why)) => {
            fail(&mut refund, why);
            None
        }
        None => Some(begin(tx.now(), &payment, &mut refund)),
    };
    rows::update(tx, refund).await?;
    Ok(claimed.flatten())
}

enum WhyNot {
    Later(&'static str),
    Never(&'static str),
}

fn why_not(payment: &Payment, refund: &Refund) -> Option<WhyNot> {
    if payment.disputed_minor > 0 {
        return Some(WhyNot::Later("a dispute is open"));
    }
    if payment.payment_intent_id.is_none() {
        return Some(WhyNot::Later("the payment intent is not known yet"));
    }
    // Once it was tried, what is left may be so because of that very try.
    if refund.first_tried_at.is_none() && left(payment) == 0 {
        return Some(WhyNot::Never("nothing is left to give back"));
    }
    None
}

fn left(payment: &Payment) -> i64 {
    payment.amount_minor - payment.refunded_minor - payment.disputed_minor - payment.lost_minor
}

/// Freezes the request at the first try: later ones ask for the same.
fn begin(now: DateTime<Utc>, payment: &Payment, refund: &mut Refund) -> Option<Claimed> {
    let is_old = match refund.first_tried_at {
        None => {
            refund.amount_minor = refund.amount_minor.min(left(payment));
            refund.first_tried_at = Some(now);
            false
        }
        Some(first) => now - first >= KEY_LIFETIME,
    };
    let ends_subscription =
        *payment.kind == PaymentType::Premium && *refund.reason == RefundReason::Superseded;
    Some(Claimed {
        request: RefundRequest {
            payment_intent_id: payment.payment_intent_id.clone()?,
            amount_minor: refund.amount_minor,
            refund_id: refund.id,
        },
        is_old,
        subscription_id: payment
            .subscription_id
            .clone()
            .filter(|_| ends_subscription),
    })
}

/// Doubling from a minute to an hour.
fn pause_after(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 7) - 1).unwrap_or(0);
    TimeDelta::minutes(2_i64.pow(doublings).min(60))
}

async fn call(stripe: &Stripe, claimed: &Claimed) -> Result<SentRefund, ProviderError> {
    let request = &claimed.request;
    if let Some(subscription_id) = &claimed.subscription_id {
        stripe.cancel_subscription(subscription_id).await?;
    }
    if claimed.is_old {
        let known = stripe.refunds_of(&request.payment_intent_id).await?;
        let is_it = |sent: &SentRefund| sent.refund_id == Some(request.refund_id);
        if let Some(sent) = known.into_iter().find(is_it) {
            return Ok(sent);
        }
    }
    let key = format!("refund:{}", request.refund_id);
    stripe.refund(request, &key).await
}

/// Writes down what Stripe has said.
async fn keep(
    tx: &Tx,
    due: &Refund,
    answer: Result<SentRefund, ProviderError>,
) -> Result<(), ServiceError> {
    let payment = payment_rows::lock(tx, due.payment_id).await?;
    let mut refund = rows::lock(tx, due.id).await?;
    if *refund.status != RefundStatus::Decided {
        // An event was faster.
        return Ok(());
    }
    match answer {
        Ok(sent) => {
            refund.status = Stored(match sent.status.as_str() {
                "succeeded" => RefundStatus::Succeeded,
                "failed" | "canceled" => RefundStatus::Failed,
                _ => RefundStatus::Sent,
            });
            refund.provider_ref = Some(sent.provider_ref);
            refund.next_try_at = None;
            refund.last_error = None;
            log::info!(refund_id:% = refund.id, payment_id:% = payment.id, amount_minor = amount(&payment).minor.min(refund.amount_minor); "a refund was sent");
        }
        Err(ProviderError::Unavailable { .. }) => {
            refund.last_error = Some("Stripe did not answer".to_owned());
        }
        Err(ProviderError::Refused { code, .. }) => match code.as_deref() {
            Some("charge_disputed") => {
                refund.next_try_at = Some(tx.now() + DISPUTE_PAUSE);
                refund.last_error = Some("a dispute is open".to_owned());
            }
            Some("charge_already_refunded") => fail(&mut refund, "nothing is left to give back"),
            other => {
                let why = format!("Stripe refused: {}", other.unwrap_or("unknown"));
                log::error!(refund_id:% = refund.id, payment_id:% = payment.id; "a refund was refused and needs a person: {why}");
                fail(&mut refund, &why);
            }
        },
    }
    rows::update(tx, refund).await?;
    Ok(())
}

fn fail(refund: &mut Refund, why: &str) {
    refund.status = Stored(RefundStatus::Failed);
    refund.next_try_at = None;
    refund.last_error = Some(why.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let minutes: Vec<i64> = (1..=9).map(|n| pause_after(n).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
