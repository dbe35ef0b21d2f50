//! What can be paid for now, and how much it is. The price comes from here and never from a request.

use chrono::{DateTime, Utc};
use domain::account::Principal;
use domain::booking::{BookingEvent, BookingStatus};
use domain::money::{Money, PREMIUM_MONTH_MINOR};
use domain::payment::PaymentType;
use domain::text_enum::InvalidState;
use persistence::{Tx, bookings, tutors};
use uuid::Uuid;

use super::Purchase;
use super::reservation::LONGEST_SESSION;
use crate::ServiceError;
use crate::overtaken::lock_current;
use crate::premium::live_subscription;

/// The price of something that can be paid for now, and which row says so.
pub(super) struct Payable {
    pub(super) item: PayableItem,
    /// When it can no longer be paid for.
    pub(super) until: DateTime<Utc>,
}

/// Something with a price.
#[derive(Debug, Clone, Copy)]
pub struct PayableItem {
    pub kind: PaymentType,
    /// The tutor profile (premium) or the booking.
    pub subject_id: Uuid,
    pub amount: Money,
}

/// Looks at what is to be paid for, under its lock.
pub(super) async fn payable(
    tx: &Tx,
    who: Principal,
    purchase: Purchase,
) -> Result<Payable, ServiceError> {
    if who.role != purchase.kind().payer() {
        return Err(ServiceError::Forbidden);
    }
    match purchase {
        Purchase::Premium => payable_premium(tx, who).await,
        Purchase::Booking(booking_id) => payable_booking(tx, who, booking_id).await,
    }
}

async fn payable_premium(tx: &Tx, who: Principal) -> Result<Payable, ServiceError> {
    let found = tutors::find_by_user(tx, who.user_id)
        .await?
        .ok_or(ServiceError::Forbidden)?;
    let profile = tutors::lock(tx, found.id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if profile.is_premium(tx.now()) || live_subscription(tx, profile.id).await?.is_some() {
        return Err(ServiceError::InvalidState(InvalidState {
            state: "premium",
            allowed: Vec::new(),
        }));
    }
    Ok(Payable {
        item: PayableItem {
            kind: PaymentType::Premium,
            subject_id: profile.id,
            amount: Money::rub(PREMIUM_MONTH_MINOR),
        },
        until: tx.now() + LONGEST_SESSION,
    })
}

async fn payable_booking(
    tx: &Tx,
    who: Principal,
    booking_id: Uuid,
) -> Result<Payable, ServiceError> {
    let found = bookings::find(tx, booking_id, tx.now())
        .await?
        .filter(|booking| booking.student_id == who.user_id)
        .ok_or(ServiceError::NotFound)?;
    lock_current(tx, found.order_id).await?;
    let booking = bookings::lock(tx, booking_id).await?;
    if *booking.status != BookingStatus::Pending {
        return Err(booking.status.not_now(BookingEvent::Confirm).into());
    }
    Ok(Payable {
        item: PayableItem {
            kind: PaymentType::Booking,
            subject_id: booking.id,
            amount: booking.total(),
        },
        until: booking.pending_until,
    })
}
