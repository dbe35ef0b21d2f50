//! Closing pages that nobody is to pay on any more: of a booking that was cancelled or has expired,
//! and of sessions whose end Stripe never told us of.

use chrono::TimeDelta;
use domain::payment::PaymentStatus;
use payments::{ProviderError, SessionState, Stripe};
use persistence::payments::{self as rows, Payment};
use persistence::{Db, Scope, write};

use super::{end_payment, is_over, look_at};
use crate::{ServiceError, error_chain};

/// How many are asked for at once.
const BATCH: u64 = 100;
/// How long a payment is left alone after it was last touched: its own event is as a rule faster.
const PAUSE: TimeDelta = TimeDelta::minutes(10);

/// After how many calls without an answer the others are left for the next time: each takes seconds.
const SILENCE_ALLOWED: u32 = 3;

fn is_silence(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Provider(ProviderError::Unavailable { .. })
    )
}

/// Ends, at Stripe and here, pending payments that pay for nothing any more; tells how many. What is
/// paid in spite of it is given back by its event.
///
/// # Errors
/// The payments could not be listed.
pub async fn close_unpayable(
    db: &Db,
    scope: &Scope,
    stripe: &Stripe,
) -> Result<usize, ServiceError> {
    let (mut closed, mut silent) = (0, 0);
    let mut last = None;
    loop {
        let untouched_since = scope.now - PAUSE;
        let batch = rows::list_unpayable(db, scope.now, untouched_since, last, BATCH).await?;
        let Some(end) = batch.last() else {
            return Ok(closed);
        };
        last = Some((end.updated_at, end.id));
        for payment in &batch {
            match close(db, scope, stripe, payment).await {
                Ok(was_closed) => closed += usize::from(was_closed),
                Err(error) => {
                    silent += u32::from(is_silence(&error));
                    if silent >= SILENCE_ALLOWED {
                        return Err(error);
                    }
                    let cause = error_chain(&error);
                    log::warn!(payment_id:% = payment.id; "a checkout was not closed: {cause}");
                }
            }
        }
    }
}

async fn close(
    db: &Db,
    scope: &Scope,
    stripe: &Stripe,
    payment: &Payment,
) -> Result<bool, ServiceError> {
    let is_closed = match &payment.provider_ref {
        // A call that we lost may have opened a session; it can be paid until its time is over.
        None => is_over(payment, scope.now),
        Some(session_id) => look_at(stripe, session_id, true).await? == SessionState::Expired,
    };
    if is_closed {
        end_payment(db, scope, payment.id, PaymentStatus::Expired).await?;
    } else {
        // Paid, or about to be: its event will tell. Touched, so that it isn't asked for at once.
        write(db, scope, async |tx| {
            let payment = rows::lock(tx, payment.id).await?;
            rows::update(tx, payment).await?;
            Ok::<_, ServiceError>(())
        })
        .await?;
    }
    Ok(is_closed)
}
