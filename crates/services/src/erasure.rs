//! Erasing a person: the account and everything written in it or about it goes, what was agreed and
//! paid stays as rows of nobody. What the payment provider knows of the person is deleted by a job.

use domain::application::ApplicationStatus;
use domain::booking::{BookingStatus, CancelledBy};
use domain::order::OrderStatus;
use domain::text_enum::InvalidState;
use persistence::tutors::{self, TutorProfile};
use persistence::users;
use persistence::{PageRequest, Tx, audit, erasure, stripe_customers};
use uuid::Uuid;

use crate::{ServiceError, applications, bookings, checkout, orders, sessions};

/// More than anybody has of anything.
const ALL: u64 = 1_000_000;

/// Erases a person. What is pending is cancelled, what is open is taken back.
///
/// # Errors
/// [`ServiceError::InvalidState`] while a booking is confirmed, a dispute open, or a subscription
/// running or being bought; [`ServiceError::Unauthenticated`] if the account is gone.
pub async fn erase(tx: &Tx, user_id: Uuid) -> Result<(), ServiceError> {
    users::lock(tx, user_id)
        .await?
        .ok_or(ServiceError::Unauthenticated)?;
    stripe_customers::lock_of_user(tx, user_id).await?;
    let profile = tutors::find_by_user(tx, user_id).await?;
    if let Some(profile) = &profile {
        tutors::lock(tx, profile.id).await?;
    }
    if let Some(unfinished) = erasure::find_unfinished(tx, user_id).await? {
        return Err(InvalidState {
            state: unfinished,
            allowed: Vec::new(),
        }
        .into());
    }
    take_back(tx, user_id, profile.as_ref()).await?;
    // It can't be written to (RFC 2606), nobody can have taken it before, and the old address is free.
    let new_email = format!("erased-{}@erased.invalid", Uuid::new_v4().simple());
    erasure::blank(tx, user_id, &new_email).await?;
    checkout::request_deletion(tx, user_id).await?;
    sessions::end_for_erasure(tx, user_id).await?;
    audit::record(
        tx,
        audit::Change {
            action: "account.erased",
            object_type: "user",
            object_id: user_id.to_string(),
            before: None,
            after: None,
        },
    )
    .await?;
    Ok(())
}

/// Ends what others would wait for in vain, by the same rules as if the person had done it.
async fn take_back(
    tx: &Tx,
    user_id: Uuid,
    profile: Option<&TutorProfile>,
) -> Result<(), ServiceError> {
    let all = PageRequest {
        list: String::new(),
        limit: ALL,
        after: None,
    };
    let tutor_id = profile.map(|profile| profile.id);
    let theirs = persistence::bookings::list_of(tx, user_id, tutor_id, &all, tx.now()).await?;
    for booking in theirs.items {
        if *booking.status == BookingStatus::Pending {
            let by = if booking.student_id == user_id {
                CancelledBy::Student
            } else {
                CancelledBy::Tutor
            };
            bookings::cancel(tx, booking.id, by).await?;
        }
    }
    let placed = persistence::orders::list_of_student(tx, user_id, &all, tx.now()).await?;
    for order in placed.items {
        if *order.status == OrderStatus::Open {
            orders::cancel(tx, order.id).await?;
        }
    }
    let Some(tutor_id) = tutor_id else {
        return Ok(());
    };
    let bids = persistence::applications::list_of_tutor(tx, tutor_id, &all, tx.now()).await?;
    for bid in bids.items {
        if *bid.status == ApplicationStatus::Submitted {
            applications::withdraw(tx, bid.id).await?;
        }
    }
    Ok(())
}
