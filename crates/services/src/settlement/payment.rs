//! Writing down what a payment has come to: its row, the ledger, the payer's message.

use chrono::{DateTime, Utc};
use domain::money::Money;
use domain::payment::{LedgerAccount, PaymentStatus, PaymentType};
use domain::settlement::SessionEffect;
use persistence::ledger::{self, Posting};
use persistence::outbox::{self, NotificationType};
use persistence::payments::{self as rows, Payment};
use persistence::{Stored, Tx, audit};
use serde_json::json;

use super::amount;
use crate::ServiceError;

/// Writes down which session a payment is paid in, if a crash kept its opener from doing so: an
/// event that its metadata led here knows it as well.
pub(super) async fn name_session(
    tx: &Tx,
    mut payment: Payment,
    session_id: Option<String>,
) -> Result<Payment, ServiceError> {
    let (None, Some(session_id)) = (&payment.provider_ref, session_id) else {
        return Ok(payment);
    };
    if rows::find_by_provider_ref(tx, &session_id).await?.is_some() {
        return Ok(payment);
    }
    payment.provider_ref = Some(session_id);
    Ok(rows::update(tx, payment).await?)
}

/// Writes down how far a payment has come, if that is news.
pub(super) async fn write_progress(
    tx: &Tx,
    mut payment: Payment,
    paid_at: Option<DateTime<Utc>>,
    progress: Option<SessionEffect>,
) -> Result<Payment, ServiceError> {
    let before = *payment.status;
    let status = match (paid_at, progress) {
        (Some(_), _) => PaymentStatus::Completed,
        (None, Some(SessionEffect::Failed)) => PaymentStatus::Failed,
        (None, Some(SessionEffect::Expired)) => PaymentStatus::Expired,
        (None, _) => before,
    };
    if status == before && payment.paid_at == paid_at {
        return Ok(payment);
    }
    payment.status = Stored(status);
    payment.paid_at = paid_at;
    let payment = rows::update(tx, payment).await?;
    if let Some(paid_at) = paid_at {
        book(tx, &payment, paid_at).await?;
    }
    if status != before {
        note_payment(tx, &payment, before).await?;
    }
    Ok(payment)
}

/// Books a payment once.
pub(super) async fn book(
    tx: &Tx,
    payment: &Payment,
    paid_at: DateTime<Utc>,
) -> Result<(), ServiceError> {
    Ok(ledger::post(tx, &payment_posting(payment, paid_at)).await?)
}

/// What a payment is booked as: a booking's is held until the lesson is over, premium is the
/// platform's.
#[must_use]
pub fn payment_posting(payment: &Payment, paid_at: DateTime<Utc>) -> Posting {
    let money = amount(payment);
    let receiver = match *payment.kind {
        PaymentType::Booking => LedgerAccount::Escrow,
        PaymentType::Premium => LedgerAccount::Platform,
    };
    let given = Money {
        minor: -money.minor,
        ..money
    };
    Posting {
        payment_id: payment.id,
        kind: "payment",
        reference: payment.id.to_string(),
        at: paid_at,
        entries: vec![(LedgerAccount::Student, given), (receiver, money)],
    }
}

pub(super) async fn note_payment(
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
            after: Some(json!({ "status": *payment.status })),
        },
    )
    .await?;
    Ok(())
}
