//! Paying tutors out: lists of what is due, each payout on one list only.

use chrono::{DateTime, Utc};
use domain::payout::PayoutStatus;
use persistence::payouts::{self as rows, Payout};
use persistence::{Stored, Tx, audit};
use serde_json::json;
use uuid::Uuid;

use crate::ServiceError;

/// A list for whoever transfers the money.
#[derive(Debug, Clone)]
pub struct Export {
    pub id: Uuid,
    pub payouts: Vec<Payout>,
}

/// Puts everything that is due on a new list; `None` if nothing is. What is on a list is never put
/// on another one: a list that was lost is had again by [`get`].
///
/// # Errors
/// The database failed.
pub async fn export_due(tx: &Tx) -> Result<Option<Export>, ServiceError> {
    let due = rows::lock_due(tx).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let id = tx.new_id();
    let mut payouts = Vec::new();
    for mut payout in due {
        payout.status = Stored(PayoutStatus::Exported);
        payout.export_id = Some(id);
        rows::update(tx, payout.clone()).await?;
        payouts.push(payout);
    }
    note(tx, "payouts.exported", id, &payouts).await?;
    Ok(Some(Export { id, payouts }))
}

/// A list that was made before.
///
/// # Errors
/// [`ServiceError::NotFound`].
pub async fn get(tx: &Tx, id: Uuid) -> Result<Export, ServiceError> {
    let payouts = rows::lock_of_export(tx, id).await?;
    if payouts.is_empty() {
        return Err(ServiceError::NotFound);
    }
    Ok(Export { id, payouts })
}

/// Writes down that the money of a list was transferred; tells how many payouts that were new to us.
///
/// # Errors
/// [`ServiceError::NotFound`].
pub async fn mark_paid(tx: &Tx, id: Uuid) -> Result<usize, ServiceError> {
    let export = get(tx, id).await?;
    let mut paid = Vec::new();
    for mut payout in export.payouts {
        if *payout.status == PayoutStatus::Exported {
            payout.status = Stored(PayoutStatus::Paid);
            payout.paid_at = Some(tx.now());
            rows::update(tx, payout.clone()).await?;
            paid.push(payout);
        }
    }
    note(tx, "payouts.paid", id, &paid).await?;
    Ok(paid.len())
}

async fn note(
    tx: &Tx,
    action: &'static str,
    export_id: Uuid,
    payouts: &[Payout],
) -> Result<(), ServiceError> {
    let total: i64 = payouts.iter().map(|payout| payout.amount_minor).sum();
    audit::record(
        tx,
        audit::Change {
            action,
            object_type: "payout_export",
            object_id: export_id.to_string(),
            before: None,
            after: Some(json!({ "payouts": payouts.len(), "total_minor": total })),
        },
    )
    .await?;
    Ok(())
}

/// The list as CSV (RFC 4180). It names tutors by their ids: where their money goes is known to
/// whoever transfers it, and not to us.
#[must_use]
pub fn csv(export: &Export) -> String {
    let mut lines =
        vec!["export_id,payout_id,tutor_id,booking_id,amount,currency,due_at".to_owned()];
    lines.extend(export.payouts.iter().map(|payout| {
        format!(
            "{},{},{},{},{}.{:02},{},{}",
            export.id,
            payout.id,
            payout.tutor_id,
            payout.booking_id,
            payout.amount_minor / 100,
            payout.amount_minor % 100,
            payout.currency,
            rfc3339(payout.due_at),
        )
    }));
    lines.push(String::new());
    lines.join("\r\n")
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
