//! Writing down what a payment has come to: its row, the ledger, what its tutor is owed, the
//! payer's message.

use chrono::{DateTime, Utc};
use domain::ledger::{LedgerKind, Position};
use domain::payment::PaymentStatus;
use domain::payout::{PayoutStatus, due_at};
use domain::settlement::{Reversal, SessionEffect, payment_status};
use persistence::bookings::Booking;
use persistence::ledger::{self, Posting};
use persistence::outbox::{self, NotificationType};
use persistence::payments::{self as rows, Payment};
use persistence::payouts::{self, Payout};
use persistence::{Stamp, Stored, Tx, audit};
use serde_json::json;

use super::amount;
use crate::ServiceError;

/// How far a payment has come, by all that is known of it.
pub(super) struct Progress {
    /// Which session it is paid in, if a crash kept its opener from writing that down: an event that
    /// its metadata led here knows it as well.
    pub(super) session_id: Option<String>,
    pub(super) subscription_id: Option<String>,
    pub(super) payment_intent_id: Option<String>,
    pub(super) paid_at: Option<DateTime<Utc>>,
    pub(super) effect: Option<SessionEffect>,
    pub(super) reversal: Reversal,
}

/// Writes down how far a payment has come, if that is news. `booking` is what it is for.
pub(super) async fn write_progress(
    tx: &Tx,
    before: Payment,
    booking: Option<&Booking>,
    progress: Progress,
) -> Result<Payment, ServiceError> {
    let mut after = before.clone();
    if after.provider_ref.is_none() {
        after.provider_ref = unused(tx, progress.session_id).await?;
    }
    after.subscription_id = progress.subscription_id.or(after.subscription_id);
    after.payment_intent_id = progress.payment_intent_id.or(after.payment_intent_id);
    after.paid_at = progress.paid_at;
    after.refunded_minor = progress.reversal.refunded;
    after.disputed_minor = progress.reversal.disputed;
    after.lost_minor = progress.reversal.lost;
    after.status = Stored(payment_status(
        *before.status,
        progress.paid_at.is_some(),
        progress.effect,
        &progress.reversal,
    ));
    if after == before {
        return Ok(before);
    }
    let after = rows::update(tx, after).await?;
    book(tx, &before, &after, booking).await?;
    let told = |payment: &Payment| (*payment.status, payment.refunded_minor);
    if told(&before) != told(&after) {
        note_payment(tx, &after, *before.status).await?;
    }
    Ok(after)
}

/// A session's id, unless it is another payment's.
async fn unused(tx: &Tx, session_id: Option<String>) -> Result<Option<String>, ServiceError> {
    let Some(session_id) = session_id else {
        return Ok(None);
    };
    let known = rows::find_by_provider_ref(tx, &session_id).await?;
    Ok(known.is_none().then_some(session_id))
}

/// Divides what was held for a booking between the platform and the tutor.
pub(crate) async fn release(
    tx: &Tx,
    before: Payment,
    booking: &Booking,
) -> Result<(), ServiceError> {
    let mut after = before.clone();
    after.released_at = Some(tx.now());
    let after = rows::update(tx, after).await?;
    book(tx, &before, &after, Some(booking)).await
}

/// Books what has changed, and owes the tutor what is theirs by now.
pub(super) async fn book(
    tx: &Tx,
    before: &Payment,
    after: &Payment,
    booking: Option<&Booking>,
) -> Result<(), ServiceError> {
    for posting in postings(before, after, booking, tx.now()) {
        ledger::post(tx, &posting).await?;
    }
    match (booking, after.released_at) {
        (Some(booking), Some(released_at)) => owe(tx, booking, after, released_at).await,
        _ => Ok(()),
    }
}

/// What is booked when a payment comes from one state to the next.
#[must_use]
pub fn postings(
    before: &Payment,
    after: &Payment,
    booking: Option<&Booking>,
    now: DateTime<Utc>,
) -> Vec<Posting> {
    let steps = position(before, booking).steps_to(&position(after, booking));
    steps
        .into_iter()
        .map(|step| Posting {
            payment_id: after.id,
            kind: step.kind,
            // A payment is paid, and its money divided, once; all else happens once a version.
            reference: match (step.kind, booking) {
                (LedgerKind::Payment, _) => after.id.to_string(),
                (LedgerKind::Release, Some(booking)) => booking.id.to_string(),
                _ => format!("{}:{}", after.id, after.version),
            },
            at: match step.kind {
                LedgerKind::Payment => after.paid_at.unwrap_or(now),
                _ => now,
            },
            currency: amount(after).currency,
            entries: step.entries,
        })
        .collect()
}

fn position(payment: &Payment, booking: Option<&Booking>) -> Position {
    Position {
        purpose: *payment.kind,
        amount: amount(payment),
        fee_basis_points: booking.map_or(0, |booking| booking.fee_basis_points),
        is_paid: payment.paid_at.is_some(),
        is_released: payment.released_at.is_some(),
        refunded: payment.refunded_minor,
        disputed: payment.disputed_minor,
        lost: payment.lost_minor,
    }
}

/// What the tutor of a lesson is owed, once its money is divided; nothing if nothing is theirs.
#[must_use]
pub fn new_payout(
    stamp: Stamp,
    booking: &Booking,
    payment: &Payment,
    released_at: DateTime<Utc>,
) -> Option<Payout> {
    let amount_minor = position(payment, Some(booking)).of_tutor();
    // What a dispute may still bring back isn't known before its end.
    (amount_minor > 0 && payment.disputed_minor == 0).then(|| Payout {
        id: stamp.id,
        tutor_id: booking.tutor_id,
        booking_id: booking.id,
        amount_minor,
        currency: payment.currency.clone(),
        status: Stored(PayoutStatus::Owed),
        due_at: due_at(released_at),
        paid_at: None,
        export_id: None,
        created_at: stamp.at,
        updated_at: stamp.at,
    })
}

async fn owe(
    tx: &Tx,
    booking: &Booking,
    payment: &Payment,
    released_at: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let owed = new_payout(tx.stamp(), booking, payment, released_at);
    let Some(mut payout) = payouts::lock_of_booking(tx, booking.id).await? else {
        if let Some(owed) = owed {
            payouts::insert_unless_there(tx, owed).await?;
        }
        return Ok(());
    };
    let amount_minor = owed.map_or(0, |owed| owed.amount_minor);
    match *payout.status {
        PayoutStatus::Owed | PayoutStatus::Void => {
            let status = if amount_minor > 0 {
                PayoutStatus::Owed
            } else {
                PayoutStatus::Void
            };
            if (payout.amount_minor, *payout.status) != (amount_minor, status) {
                payout.amount_minor = amount_minor;
                payout.status = Stored(status);
                payouts::update(tx, payout).await?;
            }
        }
        // It has left: the ledger shows what is to be had back, or to be added.
        PayoutStatus::Exported | PayoutStatus::Paid
            if payment.disputed_minor == 0 && amount_minor != payout.amount_minor =>
        {
            let (booking_id, paid_minor) = (booking.id, payout.amount_minor);
            log::error!(booking_id:%, paid_minor, amount_minor; "a tutor was paid out another sum than they have earned by now; a person must set it right");
        }
        PayoutStatus::Exported | PayoutStatus::Paid => {}
    }
    Ok(())
}

/// Tells the payer, and the audit trail, that a payment's state has changed.
pub(crate) async fn note_payment(
    tx: &Tx,
    payment: &Payment,
    before: PaymentStatus,
) -> Result<(), ServiceError> {
    let data = json!({ "payment_id": payment.id, "status": *payment.status });
    outbox::tell(tx, payment.user_id, NotificationType::PaymentUpdated, data).await?;
    audit::record(
        tx,
        audit::Change {
            action: "payment.changed",
            object_type: "payment",
            object_id: payment.id.to_string(),
            before: Some(json!({ "status": before })),
            after: Some(json!({
                "status": *payment.status,
                "refunded_minor": payment.refunded_minor,
            })),
        },
    )
    .await?;
    Ok(())
}
