//! A booking, derived from everything that is known of its payments.

use chrono::{DateTime, Utc};
use domain::booking::{BookingEvent, BookingStatus};
use domain::settlement::settle_booking;
use persistence::payments::{self as rows, Payment};
use persistence::stripe_facts::{self, FactKeys};
use persistence::{Stored, Tx, bookings, orders, refunds, stripe_customers};
use uuid::Uuid;

use super::payment::{name_session, write_progress};
use super::{Judgments, asked, lock_payments};
use crate::ServiceError;
use crate::bookings::note_change;

pub(super) async fn settle(tx: &Tx, booking_id: Uuid) -> Result<Judgments, ServiceError> {
    let found = bookings::find(tx, booking_id, tx.now())
        .await?
        .ok_or(ServiceError::Internal("the booking of a payment is gone"))?;
    stripe_customers::lock_of_user(tx, found.student_id).await?;
    orders::lock(tx, found.order_id).await?;
    bookings::lock(tx, booking_id).await?;
    let payments = lock_payments(tx, rows::list_of_booking(tx, booking_id).await?).await?;
    let mut judgments = Judgments::new();
    let mut paid = Vec::new();
    for payment in payments {
        let Some(asked) = asked(&payment) else {
            continue;
        };
        let keys = FactKeys {
            payment_ids: vec![payment.id],
            session_ids: payment.provider_ref.clone().into_iter().collect(),
            ..FactKeys::default()
        };
        let facts = stripe_facts::load(tx, &keys).await?;
        let settled = settle_booking(&asked, &facts.sessions);
        let payment = name_session(tx, payment, settled.session_id).await?;
        let payment = write_progress(tx, payment, settled.paid_at, settled.progress).await?;
        if let Some(paid_at) = settled.paid_at {
            paid.push((payment, paid_at));
        }
        judgments.extend(settled.judgments);
    }
    // Only when all of them are written down is it known which came first.
    for (payment, paid_at) in &paid {
        confirm(tx, booking_id, payment, *paid_at).await?;
    }
    Ok(judgments)
}

/// Of the payments for one booking that which pays for it: the one that was paid first. The others
/// are given back.
pub(crate) fn paying_payment(payments: &[Payment]) -> Option<&Payment> {
    payments
        .iter()
        .filter(|payment| payment.paid_at.is_some())
        .min_by_key(|payment| (payment.paid_at, payment.id))
}

/// Confirms the booking that a payment is for: the only place where that happens. A payment that
/// came too late, or for a booking that is over or paid already, is given back.
async fn confirm(
    tx: &Tx,
    booking_id: Uuid,
    payment: &Payment,
    paid_at: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let mut booking = bookings::lock(tx, booking_id).await?;
    let before = *booking.status;
    let all = rows::list_of_booking(tx, booking_id).await?;
    let is_the_one = paying_payment(&all).is_some_and(|first| first.id == payment.id);
    if is_the_one && before == BookingStatus::Pending && paid_at < booking.pending_until {
        booking.status = Stored(before.on(BookingEvent::Confirm)?);
        booking.confirmed_at = Some(paid_at);
        let booking = bookings::update(tx, booking).await?;
        return note_change(tx, &booking, before).await;
    }
    if !is_the_one || booking.confirmed_at.is_none() {
        refunds::decide(
            tx,
            payment.id,
            "not_payable",
            payment.amount_minor,
            &payment.currency,
        )
        .await?;
    }
    Ok(())
}
