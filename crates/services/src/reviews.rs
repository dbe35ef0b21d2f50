//! Reviews: of a completed lesson by its student, answered once by its tutor.

use domain::booking::{BookingEvent, BookingStatus};
use domain::review::{NewReview, rating_milli};
use domain::text_enum::InvalidState;
use persistence::bookings::{self, Booking};
use persistence::reviews::{self, Review};
use persistence::tutors::{self, TutorProfile};
use persistence::{Stamp, Tx};
use uuid::Uuid;

use crate::{ServiceError, accounts};

/// Reviews a completed booking; the tutor's rating follows in the same transaction.
///
/// # Errors
/// [`ServiceError::InvalidState`] if it isn't completed, [`ServiceError::AlreadyExists`].
pub async fn create(tx: &Tx, booking_id: Uuid, review: &NewReview) -> Result<Review, ServiceError> {
    let found = bookings::find(tx, booking_id, tx.now())
        .await?
        .ok_or(ServiceError::NotFound)?;
    accounts::keep_live(tx, found.student_id).await?;
    // The tutor first: a review refers to its tutor, so PostgreSQL lets the insert share that row,
    // and of two who share it neither could lock it afterwards.
    let mut profile = tutors::lock(tx, found.tutor_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let booking = bookings::lock(tx, booking_id).await?.at(tx.now());
    if *booking.status != BookingStatus::Completed {
        return Err(refused(*booking.status));
    }
    let row = new_review(tx.stamp(), &booking, review);
    if !reviews::insert_unless_there(tx, row.clone()).await? {
        return Err(ServiceError::AlreadyExists);
    }
    count_rating(&mut profile, review.rating);
    tutors::update(tx, profile).await?;
    Ok(row)
}

/// A review's row, as it begins.
#[must_use]
pub fn new_review(stamp: Stamp, booking: &Booking, review: &NewReview) -> Review {
    Review {
        id: stamp.id,
        booking_id: booking.id,
        tutor_id: booking.tutor_id,
        student_id: booking.student_id,
        rating: review.rating,
        text: review.text.clone(),
        reply: None,
        replied_at: None,
        created_at: stamp.at,
        seed_run_id: stamp.seed_run_id,
    }
}

/// Adds a review's rating to its tutor's.
pub fn count_rating(profile: &mut TutorProfile, rating: i64) {
    profile.rating_sum += rating;
    profile.rating_count += 1;
    profile.rating_milli = rating_milli(profile.rating_sum, profile.rating_count);
}

fn refused(status: BookingStatus) -> ServiceError {
    match status.on(BookingEvent::Complete) {
        // A confirmed booking can be completed, and then reviewed.
        Ok(_) => ServiceError::InvalidState(InvalidState {
            state: "confirmed",
            allowed: vec!["complete"],
        }),
        Err(refused) => refused.into(),
    }
}

/// Answers a review of one's own, once.
///
/// # Errors
/// [`ServiceError::NotFound`] for another tutor's, [`ServiceError::AlreadyExists`].
pub async fn reply(
    tx: &Tx,
    user_id: Uuid,
    review_id: Uuid,
    reply: &str,
) -> Result<Review, ServiceError> {
    let own = tutors::find_by_user(tx, user_id).await?;
    let is_hidden = own.as_ref().is_some_and(|tutor| !tutor.is_visible());
    let mut review = reviews::lock(tx, review_id)
        .await?
        .filter(|review| own.is_some_and(|tutor| tutor.id == review.tutor_id))
        .ok_or(ServiceError::NotFound)?;
    if is_hidden {
        return Err(ServiceError::Forbidden);
    }
    if review.reply.is_some() {
        return Err(ServiceError::AlreadyExists);
    }
    review.reply = Some(reply.to_owned());
    review.replied_at = Some(tx.now());
    reviews::update(tx, review.clone()).await?;
    Ok(review)
}
