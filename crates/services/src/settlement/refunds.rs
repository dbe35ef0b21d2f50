//! What Stripe tells of the refunds that we asked for.

use domain::payment::RefundStatus;
use domain::settlement::SeenRefund;
use domain::stripe_facts::RefundState;
use persistence::refunds::{self as rows, Refund};
use persistence::{Stored, Tx};
use uuid::Uuid;

use crate::ServiceError;

/// Writes down how our refunds of some payments stand, whose rows are locked.
pub(super) async fn note_seen(
    tx: &Tx,
    payment_ids: impl IntoIterator<Item = Uuid>,
    seen: &[SeenRefund],
) -> Result<(), ServiceError> {
    if seen.is_empty() {
        return Ok(());
    }
    for refund in rows::list_of_payments(tx, payment_ids).await? {
        let is_it = |seen: &&SeenRefund| {
            seen.ours == Some(refund.id)
                || refund.provider_ref.as_deref() == Some(seen.refund_id.as_str())
        };
        let Some(seen) = seen.iter().find(is_it) else {
            continue;
        };
        let told = told(refund.clone(), seen);
        if told != refund {
            rows::update(tx, told).await?;
        }
    }
    Ok(())
}

/// The refund as Stripe has it.
pub(crate) fn told(mut refund: Refund, seen: &SeenRefund) -> Refund {
    let status = match seen.state {
        RefundState::Pending => RefundStatus::Sent,
        RefundState::Succeeded => RefundStatus::Succeeded,
        RefundState::Failed => RefundStatus::Failed,
    };
    if status == RefundStatus::Failed && *refund.status != RefundStatus::Failed {
        log::error!(refund_id:% = refund.id, payment_id:% = refund.payment_id; "a refund failed at the payer's bank and needs a person");
        refund.last_error = Some("it failed at the payer's bank".to_owned());
    }
    refund.next_try_at = None;
    if status != RefundStatus::Failed {
        refund.last_error = None;
    }
    refund.status = Stored(status);
    refund.provider_ref = Some(seen.refund_id.clone());
    refund
}
