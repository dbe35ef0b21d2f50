//! A booking, derived from everything that is known of its payments.

use chrono::{DateTime, Utc};
use domain::booking::{BookingEvent, BookingStatus, after_reversal};
use domain::payment::{PaymentStatus, RefundReason};
use domain::settlement::{Reversal, settle_booking};
use domain::stripe_facts::Names;
use persistence::bookings::{self, Booking};
use persistence::orders::Order;
use persistence::payments::{self as rows, Payment, Subject};
use persistence::{Stored, Tx, stripe_customers};
use uuid::Uuid;

use super::facts::Known;
use super::payment::{Progress, write_progress};
use super::refunds;
use super::{Derived, Judgments, amount, asked, merge};
use crate::ServiceError;
use crate::applications::{choose_again, lock_with_overdue};
use crate::bookings::note_change;
use crate::overtaken::lock_current;

pub(super) async fn settle(
    tx: &Tx,
    booking_id: Uuid,
    names: &Names,
) -> Result<Derived, ServiceError> {
    let found = bookings::find(tx, booking_id, tx.now())
        .await?
        .ok_or(ServiceError::Internal("the booking of a payment is gone"))?;
    stripe_customers::lock_of_user(tx, found.student_id).await?;
    // What the clock has decided is decided, whether or not a sweep has come by.
    let order = if *found.status == BookingStatus::Expired {
        lock_with_overdue(tx, found.tutor_id, found.order_id).await?
    } else {
        lock_current(tx, found.order_id).await?
    };
    let booking = bookings::lock(tx, booking_id).await?;
    let payments = rows::lock_of(tx, Subject::Booking(booking_id)).await?;
    let known = Known::read(tx, &payments, names).await?;
    let mut judgments = Judgments::new();
    let mut paid = Vec::new();
    for payment in payments {
        let Some(asked) = asked(&payment) else {
            continue;
        };
        let settled = settle_booking(&asked, &known.of(|owner| owner == payment.id));
        let progress = Progress {
            session_id: settled.session_id,
            subscription_id: None,
            payment_intent_id: settled.payment_intent_id,
            paid_at: settled.paid_at,
            effect: settled.progress,
            reversal: settled.reversal,
        };
        let payment = write_progress(tx, payment, Some(&booking), progress).await?;
        refunds::note_seen(tx, [payment.id], &settled.refunds).await?;
        if let Some(paid_at) = settled.paid_at {
            paid.push((payment, paid_at, settled.reversal));
        }
        merge(&mut judgments, settled.judgments);
    }
    // Only when all of them are written down is it known which came first.
    let all: Vec<Payment> = paid.iter().map(|(payment, ..)| payment.clone()).collect();
    let paying = choose_paying(tx, &booking, &all).await?;
    let mut booking = booking;
    for (payment, paid_at, reversal) in paid {
        if paying == Some(payment.id) {
            booking = confirm(tx, &order, booking, &payment, paid_at).await?;
            booking = reverse(tx, booking, &reversal).await?;
        } else {
            give_back(tx, &payment).await?;
        }
    }
    Ok(Derived { judgments, known })
}

/// Of the payments for one booking that which pays for it: the one that has confirmed it, else the
/// one that was paid first. The others are given back.
pub(crate) fn paying_payment<'a>(
    booking: &Booking,
    payments: &'a [Payment],
) -> Option<&'a Payment> {
    let confirming = payments
        .iter()
        .find(|payment| booking.payment_id == Some(payment.id));
    confirming.or_else(|| first_paid(payments))
}

fn first_paid(payments: &[Payment]) -> Option<&Payment> {
    payments
        .iter()
        .filter(|payment| payment.paid_at.is_some())
        .min_by_key(|payment| (payment.paid_at, payment.id))
}

/// Word of a payment that was made before the one that has confirmed the booking may come after it:
/// then that one pays, unless anything has been done about the other by now.
async fn choose_paying(
    tx: &Tx,
    booking: &Booking,
    payments: &[Payment],
) -> Result<Option<Uuid>, ServiceError> {
    let first = first_paid(payments).map(|payment| payment.id);
    let Some(confirming) = paying_payment(booking, payments) else {
        return Ok(first);
    };
    if first == Some(confirming.id) {
        return Ok(first);
    }
    let is_untouched = *booking.status == BookingStatus::Confirmed
        && *confirming.status == PaymentStatus::Completed
        && !is_given_back(tx, confirming).await?;
    let stays = booking.confirmed_at.is_some() && !is_untouched;
    Ok(if stays { Some(confirming.id) } else { first })
}

/// Confirms the booking that a payment is for: the only place where that happens. A payment that
/// was made too late, or for a booking that is over, is given back. One that was made in time
/// confirms a booking that has expired since, if everything is still as it was.
async fn confirm(
    tx: &Tx,
    order: &Order,
    mut booking: Booking,
    payment: &Payment,
    paid_at: DateTime<Utc>,
) -> Result<Booking, ServiceError> {
    if booking.confirmed_at.is_some() {
        if (booking.payment_id, booking.confirmed_at) != (Some(payment.id), Some(paid_at)) {
            booking.payment_id = Some(payment.id);
            booking.confirmed_at = Some(paid_at);
            booking = bookings::update(tx, booking).await?;
        }
        return Ok(booking);
    }
    let before = *booking.status;
    let in_time = paid_at < booking.pending_until;
    let is_payable = in_time
        && match before {
            BookingStatus::Pending => true,
            BookingStatus::Expired => {
                !is_given_back(tx, payment).await?
                    && choose_again(tx, order.clone(), &booking).await?
            }
            _ => false,
        };
    if !is_payable {
        give_back(tx, payment).await?;
        return Ok(booking);
    }
    booking.status = Stored(before.on(BookingEvent::Confirm)?);
    booking.confirmed_at = Some(paid_at);
    booking.payment_id = Some(payment.id);
    let booking = bookings::update(tx, booking).await?;
    note_change(tx, &booking, before).await?;
    Ok(booking)
}

/// Whether we have decided to give the payment back.
async fn is_given_back(tx: &Tx, payment: &Payment) -> Result<bool, ServiceError> {
    let decided = persistence::refunds::list_of_payments(tx, [payment.id]).await?;
    Ok(!decided.is_empty())
}

async fn give_back(tx: &Tx, payment: &Payment) -> Result<(), ServiceError> {
    let all = amount(payment);
    let reason = RefundReason::NotPayable;
    crate::refunds::decide(tx, payment.id, reason, all).await
}

/// Moves the booking to where refunds and disputes have brought it.
async fn reverse(
    tx: &Tx,
    mut booking: Booking,
    reversal: &Reversal,
) -> Result<Booking, ServiceError> {
    let before = *booking.status;
    let memory = booking.status_before_dispute.map(|status| *status);
    let after = after_reversal(before, memory, reversal);
    if after == before {
        return Ok(booking);
    }
    booking.status_before_dispute = (after == BookingStatus::Disputed).then_some(booking.status);
    booking.status = Stored(after);
    let booking = bookings::update(tx, booking).await?;
    note_change(tx, &booking, before).await?;
    Ok(booking)
}
