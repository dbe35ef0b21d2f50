//! Writing down what the clock has decided: an order that expired, one whose booking was not paid
//! in time. Whoever locks an order does it first; the sweep does it for those that nobody touches.
//! What is read doesn't wait for either: reading applies the same moves.

use chrono::{DateTime, Utc};
use domain::application::ApplicationStatus;
use domain::booking::BookingStatus;
use domain::overtaken::Overtaken;
use persistence::orders::{self, Order};
use persistence::outbox::NotificationType;
use persistence::{Db, Scope, Stored, Tx, applications, bookings, write};
use serde_json::json;
use uuid::Uuid;

use crate::orders::{note_change, tell_tutor};
use crate::{ServiceError, error_chain};

/// How many orders the sweep asks for at once.
const BATCH: u64 = 100;

/// Locks an order as the clock has it, written down.
///
/// # Errors
/// The database failed.
pub(crate) async fn lock_current(tx: &Tx, order_id: Uuid) -> Result<Order, ServiceError> {
    let order = orders::lock(tx, order_id).await?;
    let unpaid = bookings::lock_live_of_order(tx, order_id)
        .await?
        .filter(|booking| *booking.status == BookingStatus::Pending);
    let unpaid_until = unpaid.as_ref().map(|booking| booking.pending_until);
    let overtaken = Overtaken::of(*order.status, order.expires_at, unpaid_until, tx.now());
    if overtaken.is_nothing() {
        return Ok(order);
    }
    if let Some(booking) = unpaid.filter(|_| overtaken.reopened_at.is_some()) {
        let expired = booking.at(tx.now());
        bookings::write_down(tx, expired.clone()).await?;
        crate::bookings::note_change(tx, &expired, BookingStatus::Pending).await?;
    }
    write_down_bids(tx, order_id, overtaken).await?;
    let before = *order.status;
    let order = order.after(overtaken);
    orders::write_down(tx, order.clone()).await?;
    tell_of(tx, &order, before, overtaken).await?;
    Ok(order)
}

async fn write_down_bids(
    tx: &Tx,
    order_id: Uuid,
    overtaken: Overtaken,
) -> Result<(), ServiceError> {
    for before in applications::lock_of_order(tx, order_id).await? {
        let application = before.clone().after(overtaken);
        if application == before {
            continue;
        }
        applications::write_down(tx, application.clone()).await?;
        if *application.status == ApplicationStatus::Rejected {
            let data = json!({ "application_id": application.id, "order_id": order_id });
            let kind = NotificationType::ApplicationRejected;
            tell_tutor(tx, application.tutor_id, kind, data).await?;
        }
    }
    Ok(())
}

/// Tells the student of each move by itself.
async fn tell_of(
    tx: &Tx,
    order: &Order,
    mut before: domain::order::OrderStatus,
    overtaken: Overtaken,
) -> Result<(), ServiceError> {
    for (event, _) in overtaken.of_order() {
        let status = before.on(event)?;
        let moved = Order {
            status: Stored(status),
            ..order.clone()
        };
        note_change(tx, &moved, before).await?;
        before = status;
    }
    Ok(())
}

/// Writes down what the clock has decided for every order that it has overtaken; tells how many.
/// Each in a transaction of its own: none waits for another, and one that fails is left for the
/// next time. Several sweeps at once share the work: an order is overtaken once.
///
/// # Errors
/// The orders could not be listed.
pub async fn sweep(db: &Db, scope: &Scope) -> Result<usize, ServiceError> {
    let mut written = 0;
    let mut last = None;
    loop {
        let batch = bookings::list_orders_overdue(db, scope.now, last, BATCH).await?;
        let Some(end) = batch.last().copied() else {
            break;
        };
        written += sweep_batch(db, scope, &batch).await;
        last = Some(end);
    }
    // Those that the clock opened again only to end them are ended by now.
    last = None;
    loop {
        let batch = orders::list_expired(db, scope.now, last, BATCH).await?;
        let Some(end) = batch.last().copied() else {
            break;
        };
        written += sweep_batch(db, scope, &batch).await;
        last = Some(end);
    }
    Ok(written)
}

async fn sweep_batch(db: &Db, scope: &Scope, batch: &[(DateTime<Utc>, Uuid)]) -> usize {
    let mut written = 0;
    for (_, order_id) in batch {
        let swept = write(db, scope, async |tx| {
            let before = orders::lock(tx, *order_id).await?.version;
            let after = lock_current(tx, *order_id).await?.version;
            Ok::<_, ServiceError>(before != after)
        })
        .await;
        match swept {
            Ok(moved) => written += usize::from(moved),
            // One that can't be written down must not keep the others waiting.
            Err(error) => {
                let cause = error_chain(&error);
                log::warn!(order_id:% = order_id; "an overtaken order was not written down: {cause}");
            }
        }
    }
    written
}
