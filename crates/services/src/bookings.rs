//! Bookings: lessons that were chosen. Only the settlement of payments confirms one.

use domain::application::ApplicationEvent;
use domain::booking::{
    BookingEvent, BookingStatus, CancelledBy, Period, is_over, may_move, pending_until,
    refund_on_cancellation,
};
use domain::payment::RefundReason;
use persistence::bookings::{self, Booking};
use persistence::outbox::{self, NotificationType};
use persistence::payments::{self, Subject};
use persistence::{Stored, Tx, applications, audit};
use serde_json::json;
use uuid::Uuid;

use crate::ServiceError;
use crate::applications::{WishedTime, lock_with_overdue};
use crate::error::SeenVersion;
use crate::fault_points::{FaultPoint, reached};
use crate::orders::{reopen_locked, tell_tutor};
use crate::overtaken::lock_current;
use crate::refunds;
use crate::settlement::{self, paying_payment};

/// Cancels a booking. Before it was paid its order is open again; afterwards what the frozen policy
/// gives back is decided here and refunded from there.
///
/// # Errors
/// [`ServiceError::InvalidState`].
pub async fn cancel(tx: &Tx, booking_id: Uuid, by: CancelledBy) -> Result<Booking, ServiceError> {
    let found = bookings::find(tx, booking_id, tx.now())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let order = lock_current(tx, found.order_id).await?;
    let booking = bookings::lock(tx, booking_id).await?;
    let was_pending = *booking.status == BookingStatus::Pending;
    let application_id = booking.application_id;
    let booking = cancel_locked(tx, booking, by).await?;
    if was_pending {
        if by == CancelledBy::Tutor {
            withdraw_chosen(tx, order.id, application_id).await?;
        }
        reopen_locked(tx, order).await?;
    }
    reached(FaultPoint::CancelDecided).await;
    Ok(booking)
}

/// The bid of a tutor who cancels does not compete again.
async fn withdraw_chosen(
    tx: &Tx,
    order_id: Uuid,
    application_id: Uuid,
) -> Result<(), ServiceError> {
    for mut application in applications::lock_of_order(tx, order_id).await? {
        if application.id == application_id {
            let submitted = application.status.on(ApplicationEvent::Reopen)?;
            application.status = Stored(submitted.on(ApplicationEvent::Withdraw)?);
            applications::update(tx, application).await?;
        }
    }
    Ok(())
}

/// Cancels a booking whose order is locked.
pub(crate) async fn cancel_locked(
    tx: &Tx,
    mut booking: Booking,
    by: CancelledBy,
) -> Result<Booking, ServiceError> {
    let before = *booking.status;
    booking.status = Stored(before.on(BookingEvent::Cancel)?);
    booking.cancelled_at = Some(tx.now());
    booking.cancelled_by = Some(Stored(by));
    if before == BookingStatus::Confirmed && !decide_refund(tx, &booking, by).await? {
        // Nothing goes back, so what was held is divided as for a lesson that took place.
        release(tx, &booking).await?;
    }
    let booking = bookings::update(tx, booking).await?;
    note_change(tx, &booking, before).await?;
    Ok(booking)
}

/// Decides on what the policy gives back; tells whether that is anything.
async fn decide_refund(tx: &Tx, booking: &Booking, by: CancelledBy) -> Result<bool, ServiceError> {
    let back = refund_on_cancellation(
        booking.total(),
        by,
        tx.now(),
        booking.starts_at,
        booking.free_cancellation_hours,
    );
    let payments = payments::lock_of(tx, Subject::Booking(booking.id)).await?;
    if let Some(payment) = paying_payment(booking, &payments)
        && back.minor > 0
    {
        refunds::decide(tx, payment.id, RefundReason::BookingCancelled, back).await?;
    }
    Ok(back.minor > 0)
}

/// Completes a lesson that is over: its tutor says so, and the money held for it is theirs.
///
/// # Errors
/// [`ServiceError::InvalidState`], also before the end of the lesson and if it has no time.
pub async fn complete(tx: &Tx, booking_id: Uuid) -> Result<Booking, ServiceError> {
    let mut booking = lock_behind_order(tx, booking_id).await?;
    let before = *booking.status;
    booking.status = Stored(before.on(BookingEvent::Complete)?);
    if !is_over(tx.now(), booking.ends_at) {
        return Err(before.not_now(BookingEvent::Complete).into());
    }
    booking.completed_at = Some(tx.now());
    let booking = bookings::update(tx, booking).await?;
    release(tx, &booking).await?;
    note_change(tx, &booking, before).await?;
    Ok(booking)
}

/// Moves what was held for a lesson to the platform and its tutor.
async fn release(tx: &Tx, booking: &Booking) -> Result<(), ServiceError> {
    let payments = payments::lock_of(tx, Subject::Booking(booking.id)).await?;
    let Some(payment) = paying_payment(booking, &payments) else {
        return Err(ServiceError::Internal("a completed booking was never paid"));
    };
    settlement::release(tx, payment.clone(), booking).await
}

/// Moves a lesson that begins in more than twelve hours.
///
/// # Errors
/// [`ServiceError::PreconditionFailed`], [`ServiceError::InvalidState`], `SlotTaken`, or what is
/// wrong with the time.
pub async fn reschedule(
    tx: &Tx,
    booking_id: Uuid,
    seen: SeenVersion,
    wished: WishedTime,
) -> Result<Booking, ServiceError> {
    let found = bookings::find(tx, booking_id, tx.now())
        .await?
        .ok_or(ServiceError::NotFound)?;
    // A slot that an overdue booking of the tutor still holds is free to move to.
    lock_with_overdue(tx, found.tutor_id, found.order_id).await?;
    let booking = bookings::lock(tx, booking_id).await?;
    let period = Period::parse(wished.starts_at, wished.duration_minutes, tx.now())?;
    seen.check(booking.version)?;
    let status = booking.status.on(BookingEvent::Reschedule)?;
    if !may_move(tx.now(), booking.starts_at, booking.free_cancellation_hours) {
        return Err(status.not_now(BookingEvent::Reschedule).into());
    }
    let before = period_of(&booking);
    let booking = Booking {
        status: Stored(status),
        starts_at: period.map(|p| p.starts_at),
        ends_at: period.map(|p| p.ends_at),
        pending_until: pending_until(booking.created_at, period),
        ..booking
    };
    let booking = bookings::update(tx, booking).await?;
    // What a cancellation gives back depends on the start.
    audit::record(
        tx,
        audit::Change {
            action: "booking.rescheduled",
            object_type: "booking",
            object_id: booking.id.to_string(),
            before: Some(before),
            after: Some(period_of(&booking)),
        },
    )
    .await?;
    let data = json!({ "booking_id": booking.id, "status": *booking.status });
    tell_tutor(tx, booking.tutor_id, NotificationType::BookingUpdated, data).await?;
    Ok(booking)
}

fn period_of(booking: &Booking) -> serde_json::Value {
    json!({ "starts_at": booking.starts_at, "ends_at": booking.ends_at })
}

async fn lock_behind_order(tx: &Tx, booking_id: Uuid) -> Result<Booking, ServiceError> {
    let found = bookings::find(tx, booking_id, tx.now())
        .await?
        .ok_or(ServiceError::NotFound)?;
    lock_current(tx, found.order_id).await?;
    Ok(bookings::lock(tx, booking_id).await?)
}

/// Tells both parties, and the audit trail, that a booking's state has changed.
pub(crate) async fn note_change(
    tx: &Tx,
    booking: &Booking,
    before: BookingStatus,
) -> Result<(), ServiceError> {
    let data = json!({ "booking_id": booking.id, "status": *booking.status });
    outbox::tell(
        tx,
        booking.student_id,
        NotificationType::BookingUpdated,
        data.clone(),
    )
    .await?;
    tell_tutor(tx, booking.tutor_id, NotificationType::BookingUpdated, data).await?;
    audit::record(
        tx,
        audit::Change {
            action: "booking.changed",
            object_type: "booking",
            object_id: booking.id.to_string(),
            before: Some(json!({ "status": before })),
            after: Some(json!({ "status": *booking.status })),
        },
    )
    .await?;
    Ok(())
}
