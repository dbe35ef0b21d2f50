//! Bookings: lessons that were chosen. No call makes one confirmed: a verified payment does.

mod bodies;

use actix_web::{HttpResponse, get, patch, post};
use domain::account::Role;
use domain::booking::CancelledBy;
use domain::review::NewReview;
use persistence::{bookings, tutors, users};
use services::fault_points::{FaultPoint, reached};
use services::{bookings as service, reviews};
use utoipa_actix_web::service_config::ServiceConfig;

use super::tutors::ReviewResponse;
use crate::access::{PartyBooking, StudentBooking, TutorBooking, User};
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, Guarded, Listing, NoBody, PageParams, QueryParams};
pub use bodies::BookingResponse;
use bodies::{CreateReviewRequest, RescheduleRequest};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_own_bookings)
        .service(get_booking)
        .service(reschedule_booking)
        .service(cancel_booking)
        .service(complete_booking)
        .service(create_review);
}

/// My bookings
///
/// Those that the caller takes part in, newest first.
#[utoipa::path(tag = "Bookings", operation_id = "list_own_bookings", params(PageParams),
    responses((status = 200, body = Listing<BookingResponse>)))]
#[get("/me/bookings")]
async fn list_own_bookings(
    ctx: Ctx,
    Guarded(User(who), QueryParams(params)): Guarded<User, QueryParams<PageParams>>,
) -> Result<HttpResponse, Problem> {
    let page = params.of("my-bookings")?;
    let profile = tutors::find_by_user(ctx.db(), who.user_id).await?;
    let tutor_id = profile.map(|profile| profile.id);
    let page = bookings::list_of(ctx.db(), who.user_id, tutor_id, &page, ctx.now()).await?;
    let page = page.map(BookingResponse::new);
    Ok(ctx.answer(&Answer::ok(Listing::from(page))))
}

/// A booking
///
/// For its student and its tutor.
#[utoipa::path(tag = "Bookings", operation_id = "get_booking", params(("id" = Uuid, Path)),
    responses((status = 200, body = BookingResponse), (status = 304, description = "Unchanged.")))]
#[get("/bookings/{id}")]
async fn get_booking(
    ctx: Ctx,
    PartyBooking { booking, .. }: PartyBooking,
) -> Result<HttpResponse, Problem> {
    let version = booking.version;
    Ok(ctx.answer(&Answer::ok(BookingResponse::new(booking)).version(version)))
}

/// Move a booking
///
/// By its student, pending or confirmed, more than 12 hours before the start. Needs the `ETag`
/// that was read as `If-Match`.
#[utoipa::path(tag = "Bookings", operation_id = "reschedule_booking",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = RescheduleRequest,
    responses((status = 200, body = BookingResponse),
              (status = 409, description = "`invalid_state`: it is over, or too soon; `conflict`: the tutor is booked at that time."),
              (status = 412, description = "`precondition_failed`: it has changed since."),
              (status = 428, description = "`precondition_required`: no `If-Match`.")))]
#[patch("/bookings/{id}")]
async fn reschedule_booking(
    ctx: Ctx,
    Guarded(StudentBooking(booking), Body(body)): Guarded<StudentBooking, Body<RescheduleRequest>>,
) -> Result<HttpResponse, Problem> {
    let seen = ctx.seen_version();
    let wished = body.into();
    let booking = ctx
        .write(async |tx| service::reschedule(tx, booking.id, seen.clone(), wished).await)
        .await?;
    let version = booking.version;
    Ok(ctx.answer(&Answer::ok(BookingResponse::new(booking)).version(version)))
}

/// Cancel a booking
///
/// Before it is paid its order is open again. Afterwards the money comes back by the policy that
/// the booking froze: all of it until 12 hours before the start, later only if the tutor cancels.
#[utoipa::path(tag = "Bookings", operation_id = "cancel_booking", params(("id" = Uuid, Path)), request_body = Option<NoBody>,
    responses((status = 200, body = BookingResponse),
              (status = 409, description = "`invalid_state`: it is over.")))]
#[post("/bookings/{id}/cancel")]
async fn cancel_booking(
    ctx: Ctx,
    Guarded(PartyBooking { who, booking }, Body(NoBody {})): Guarded<PartyBooking, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    let by = match who.role {
        Role::Tutor => CancelledBy::Tutor,
        Role::Student | Role::Admin => CancelledBy::Student,
    };
    let answer = ctx
        .write_once(async |tx| {
            let booking = service::cancel(tx, booking.id, by).await?;
            let version = booking.version;
            Ok(Answer::ok(BookingResponse::new(booking)).version(version))
        })
        .await?;
    reached(FaultPoint::CancelCommitted).await;
    Ok(answer)
}

/// Complete a booking
///
/// By its tutor, once the lesson is over.
#[utoipa::path(tag = "Bookings", operation_id = "complete_booking", params(("id" = Uuid, Path)), request_body = Option<NoBody>,
    responses((status = 200, body = BookingResponse),
              (status = 409, description = "`invalid_state`: it isn't confirmed, or isn't over.")))]
#[post("/bookings/{id}/complete")]
async fn complete_booking(
    ctx: Ctx,
    Guarded(TutorBooking(booking), Body(NoBody {})): Guarded<TutorBooking, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    ctx.write_once(async |tx| {
        let booking = service::complete(tx, booking.id).await?;
        let version = booking.version;
        Ok(Answer::ok(BookingResponse::new(booking)).version(version))
    })
    .await
}

/// Review a booking
///
/// By its student, once, when it is completed.
#[utoipa::path(tag = "Bookings", operation_id = "create_review", params(("id" = Uuid, Path)),
    request_body = CreateReviewRequest,
    responses((status = 201, body = ReviewResponse),
              (status = 409, description = "`invalid_state`: it isn't completed; `already_exists`: it has one.")))]
#[post("/bookings/{id}/review")]
async fn create_review(
    ctx: Ctx,
    Guarded(StudentBooking(booking), Body(body)): Guarded<
        StudentBooking,
        Body<CreateReviewRequest>,
    >,
) -> Result<HttpResponse, Problem> {
    let review = NewReview::parse(body.rating, body.text.as_deref())?;
    ctx.write_once(async |tx| {
        let written = reviews::create(tx, booking.id, &review).await?;
        let author = users::find(tx, written.student_id).await?;
        let name = author.map(|user| user.first_name).unwrap_or_default();
        Ok(Answer::created_here(ReviewResponse::new(written, name)))
    })
    .await
}
