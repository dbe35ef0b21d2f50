//! Sending the refunds that were decided on.
//!
//! A refund is committed with the decision; here it is sent, under a key of its own, until Stripe
//! has taken it on. What it then did is told by events and by nothing else.

use chrono::TimeDelta;
use domain::money::Money;
use domain::payment::{PaymentType, RefundReason, RefundStatus};
use domain::settlement::SeenRefund;
use domain::stripe_facts::RefundState;
use payments::{ProviderError, RefundRequest, SentRefund, Stripe};
use persistence::payments::{self as payment_rows, Payment};
use persistence::refunds::{self as rows, Refund};
use persistence::{Db, Scope, Stored, Tx, audit, write};
use serde_json::json;
use uuid::Uuid;

use crate::fault_points::{FaultPoint, reached};
use crate::settlement::told;
use crate::{ServiceError, error_chain};

/// How many are asked for at once.
const BATCH: u64 = 100;
/// How long a refund waits that can't be sent now: while a dispute is open, say, the bank may take
/// the money itself.
const LONG_PAUSE: TimeDelta = TimeDelta::hours(1);
/// After how many tries that came to nothing a person is called, again and again.
const CALLED_EVERY: i64 = 24;

/// Decides to give a payment back, or a part of it, once for each reason.
///
/// # Errors
/// The database failed.
pub(crate) async fn decide(
    tx: &Tx,
    payment_id: Uuid,
    reason: RefundReason,
    amount: Money,
) -> Result<(), ServiceError> {
    let Some(refund_id) = rows::decide(tx, payment_id, reason, amount).await? else {
        return Ok(());
    };
    let change = audit::Change {
        action: "refund.decided",
        object_type: "refund",
        object_id: refund_id.to_string(),
        before: None,
        after: Some(json!({
            "payment_id": payment_id,
            "reason": reason,
            "amount_minor": amount.minor,
            "currency": amount.currency.code(),
        })),
    };
    Ok(audit::record(tx, change).await?)
}

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
    let was_sent = matches!(answer, Ok(Answer::Sent(_)));
    write(db, scope, async |tx| keep(tx, due, answer.clone()).await).await?;
    Ok(was_sent)
}

/// A refund that is to be sent now.
struct Claimed {
    refund_id: Uuid,
    /// What we have decided to give back, in minor units.
    wished_minor: i64,
    /// What was paid and not lost in a dispute.
    had_minor: i64,
    /// `None` while nothing can be sent, for the reason that is on record.
    payment_intent_id: Option<String>,
    /// The subscription that ends first: it would be charged again.
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
    refund.first_tried_at = refund.first_tried_at.or(Some(tx.now()));
    refund.next_try_at = Some(tx.now() + pause_after(refund.attempts));
    let why_not = why_not(&payment);
    if let Some(why) = why_not {
        refund.next_try_at = Some(tx.now() + LONG_PAUSE);
        refund.last_error = Some(why.to_owned());
        if refund.attempts % CALLED_EVERY == 0 {
            log::error!(refund_id:% = refund.id, payment_id:% = payment.id; "a refund can't be sent for long: {why}");
        }
    }
    let ends_subscription =
        *payment.kind == PaymentType::Premium && *refund.reason == RefundReason::Superseded;
    let claimed = Claimed {
        refund_id: refund.id,
        wished_minor: refund.amount_minor,
        had_minor: payment.amount_minor - payment.lost_minor,
        payment_intent_id: payment.payment_intent_id.filter(|_| why_not.is_none()),
        subscription_id: payment.subscription_id.filter(|_| ends_subscription),
    };
    rows::update(tx, refund).await?;
    Ok(Some(claimed))
}

/// Why a refund has to wait.
fn why_not(payment: &Payment) -> Option<&'static str> {
    if payment.disputed_minor > 0 {
        return Some("a dispute is open");
    }
    payment
        .payment_intent_id
        .is_none()
        .then_some("the payment intent is not known yet")
}

/// Doubling from a minute to an hour.
fn pause_after(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 7) - 1).unwrap_or(0);
    TimeDelta::minutes(2_i64.pow(doublings).min(60))
}

/// What a try has come to.
#[derive(Debug, Clone)]
enum Answer {
    Sent(SentRefund),
    /// All of it has gone back already.
    NothingLeft,
    /// It isn't the time to send it.
    NotNow,
}

/// Stripe is asked first what has gone back already: of an earlier try of ours, whose key it may
/// have forgotten by now, or from its dashboard.
async fn call(stripe: &Stripe, claimed: &Claimed) -> Result<Answer, ProviderError> {
    if let Some(subscription_id) = &claimed.subscription_id {
        stripe.cancel_subscription(subscription_id).await?;
    }
    let Some(payment_intent_id) = claimed.payment_intent_id.clone() else {
        return Ok(Answer::NotNow);
    };
    let known = stripe.refunds_of(&payment_intent_id).await?;
    if let Some(sent) = known
        .iter()
        .find(|sent| sent.refund_id == Some(claimed.refund_id))
    {
        return Ok(Answer::Sent(sent.clone()));
    }
    let gone: i64 = known
        .iter()
        .filter(|sent| sent.state != RefundState::Failed)
        .map(|sent| sent.amount_minor)
        .sum();
    let amount_minor = claimed.wished_minor.min(claimed.had_minor - gone);
    if amount_minor <= 0 {
        return Ok(Answer::NothingLeft);
    }
    let request = RefundRequest {
        payment_intent_id,
        amount_minor,
        refund_id: claimed.refund_id,
    };
    // Of another amount than before only if no refund of ours is there: the key is as good as new.
    let key = format!("refund:{}", claimed.refund_id);
    stripe.refund(&request, &key).await.map(Answer::Sent)
}

/// Writes down what Stripe has said.
async fn keep(
    tx: &Tx,
    due: &Refund,
    answer: Result<Answer, ProviderError>,
) -> Result<(), ServiceError> {
    payment_rows::lock(tx, due.payment_id).await?;
    let mut refund = rows::lock(tx, due.id).await?;
    if *refund.status != RefundStatus::Decided {
        // An event was faster.
        return Ok(());
    }
    match answer {
        Ok(Answer::NotNow) => return Ok(()),
        Ok(Answer::NothingLeft) => {
            refund.status = Stored(RefundStatus::Void);
            refund.next_try_at = None;
            refund.last_error = Some("nothing is left to give back".to_owned());
        }
        Ok(Answer::Sent(sent)) => {
            refund.amount_minor = sent.amount_minor;
            let seen = SeenRefund {
                ours: Some(refund.id),
                state: sent.state,
                refund_id: sent.provider_ref,
            };
            refund = told(refund, &seen);
            log::info!(refund_id:% = refund.id, payment_id:% = refund.payment_id, amount_minor = refund.amount_minor; "a refund was sent");
        }
        Err(ProviderError::Unavailable { .. }) => {
            refund.last_error = Some("Stripe did not answer".to_owned());
        }
        // A wrong key, an empty balance, a dispute that we have not heard of: all of it passes.
        Err(ProviderError::Refused { code, .. }) => {
            let why = format!("Stripe refused: {}", code.as_deref().unwrap_or("unknown"));
            log::error!(refund_id:% = refund.id, payment_id:% = refund.payment_id; "a refund was refused and is tried again: {why}");
            refund.next_try_at = Some(tx.now() + LONG_PAUSE);
            refund.last_error = Some(why);
        }
    }
    rows::update(tx, refund).await?;
    Ok(())
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
