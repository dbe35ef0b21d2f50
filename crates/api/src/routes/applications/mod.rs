//! Applications: bids of tutors on orders, and the student's choice.

pub(crate) mod bodies;

use actix_web::{HttpResponse, delete, get, patch, post};
use domain::account::Role;
use domain::application::Bid;
use persistence::applications::{self, Application};
use persistence::tutor_cards::cards_by_ids;
use persistence::{Page, Reader, StoreError, tutors};
use services::applications as service;
use services::fault_points::{FaultPoint, reached};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::BASE;
use super::bookings::BookingResponse;
use crate::access::{
    ChoosableApplication, ExistingOrder, OwnApplication, ReadableApplication, Tutor, VisibleOrder,
};
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, Guarded, Listing, PageParams, QueryParams};
use bodies::{
    ApplicationListing, ApplicationResponse, ChooseRequest, CreateApplicationRequest,
    UpdateApplicationRequest,
};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(create_application)
        .service(list_applications)
        .service(list_own_applications)
        .service(get_application)
        .service(update_application)
        .service(withdraw_application)
        .service(choose_application);
}

/// Applications with the cards of their tutors, in a fixed number of statements.
async fn shown(
    ctx: &Ctx,
    reader: &impl Reader,
    applications: Vec<Application>,
) -> Result<Vec<ApplicationResponse>, StoreError> {
    let ids: Vec<Uuid> = applications.iter().map(|a| a.tutor_id).collect();
    let cards = cards_by_ids(reader, &ids).await?;
    Ok(applications
        .into_iter()
        .map(|application| {
            let card = cards.iter().find(|c| c.profile.id == application.tutor_id);
            ApplicationResponse::new(application, card.cloned(), ctx.now())
        })
        .collect())
}

async fn shown_page(
    ctx: &Ctx,
    page: Page<Application>,
) -> Result<Listing<ApplicationResponse>, StoreError> {
    let items = shown(ctx, ctx.db(), page.items).await?;
    Ok(Listing::from(Page {
        items,
        next: page.next,
    }))
}

async fn shown_one(
    ctx: &Ctx,
    reader: &impl Reader,
    application: Application,
) -> Result<Answer<ApplicationResponse>, services::ServiceError> {
    let version = application.version;
    let response = shown(ctx, reader, vec![application])
        .await?
        .pop()
        .ok_or(services::ServiceError::NotFound)?;
    Ok(Answer::ok(response).version(version))
}

/// Apply for an order
///
/// For a tutor with a profile, while the order is open; once, or again after withdrawing. `price`
/// is the total of the booking.
#[utoipa::path(tag = "Applications", operation_id = "create_application",
    params(("id" = Uuid, Path, description = "The order's id.")),
    request_body = CreateApplicationRequest,
    responses((status = 201, body = ApplicationResponse),
              (status = 409, description = "`invalid_state`: the order isn't open; `already_exists`: the bid stands.")))]
#[post("/orders/{id}/applications")]
async fn create_application(
    ctx: Ctx,
    Guarded(ExistingOrder { who, order }, Body(body)): Guarded<
        ExistingOrder,
        Body<CreateApplicationRequest>,
    >,
) -> Result<HttpResponse, Problem> {
    let bid = Bid::parse(body.price, &body.message)?;
    ctx.write_once(async |tx| {
        let application = service::create(tx, who.user_id, order.id, &bid).await?;
        let location = format!("{BASE}/applications/{}", application.id);
        Ok(shown_one(&ctx, tx, application).await?.created_at(location))
    })
    .await
}

/// The applications for an order
///
/// All of them for its student, newest first; for a tutor the own one.
#[utoipa::path(tag = "Applications", operation_id = "list_applications",
    params(("id" = Uuid, Path, description = "The order's id."), PageParams),
    responses((status = 200, body = ApplicationListing)))]
#[get("/orders/{id}/applications")]
async fn list_applications(
    ctx: Ctx,
    Guarded(VisibleOrder { who, order }, QueryParams(params)): Guarded<
        VisibleOrder,
        QueryParams<PageParams>,
    >,
) -> Result<HttpResponse, Problem> {
    let page = params.of(&format!("applications:{}", order.id))?;
    let (page, total_count) = if who.role == Role::Tutor {
        let own = own_application(&ctx, order.id, who.user_id).await?;
        let count = u64::from(own.is_some());
        let items = own.into_iter().collect();
        (Page { items, next: None }, count)
    } else {
        (
            applications::list_of_order(ctx.db(), order.id, &page, ctx.now()).await?,
            applications::count_of_order(ctx.db(), order.id).await?,
        )
    };
    let listing = shown_page(&ctx, page).await?;
    Ok(ctx.answer(&Answer::ok(ApplicationListing {
        items: listing.items,
        next_cursor: listing.next_cursor,
        total_count,
    })))
}

async fn own_application(
    ctx: &Ctx,
    order_id: Uuid,
    user_id: Uuid,
) -> Result<Option<Application>, StoreError> {
    match tutors::find_by_user(ctx.db(), user_id).await? {
        Some(profile) => {
            applications::find_of_tutor(ctx.db(), order_id, profile.id, ctx.now()).await
        }
        None => Ok(None),
    }
}

/// My applications
///
/// The calling tutor's, newest first.
#[utoipa::path(tag = "Applications", operation_id = "list_own_applications", params(PageParams),
    responses((status = 200, body = Listing<ApplicationResponse>)))]
#[get("/me/applications")]
async fn list_own_applications(
    ctx: Ctx,
    Guarded(Tutor(who), QueryParams(params)): Guarded<Tutor, QueryParams<PageParams>>,
) -> Result<HttpResponse, Problem> {
    let page = params.of("my-applications")?;
    let listing = match tutors::find_by_user(ctx.db(), who.user_id).await? {
        Some(profile) => {
            let page = applications::list_of_tutor(ctx.db(), profile.id, &page, ctx.now()).await?;
            shown_page(&ctx, page).await?
        }
        None => Listing::whole(Vec::new()),
    };
    Ok(ctx.answer(&Answer::ok(listing)))
}

/// An application
///
/// For its tutor and for the student of its order.
#[utoipa::path(tag = "Applications", operation_id = "get_application",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ApplicationResponse), (status = 304, description = "Unchanged.")))]
#[get("/applications/{id}")]
async fn get_application(
    ctx: Ctx,
    ReadableApplication(application): ReadableApplication,
) -> Result<HttpResponse, Problem> {
    let answer = shown_one(&ctx, ctx.db(), application).await?;
    Ok(ctx.answer(&answer))
}

/// Change an application
///
/// Before the choice. Needs the `ETag` that was read as `If-Match`.
#[utoipa::path(tag = "Applications", operation_id = "update_application",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = UpdateApplicationRequest,
    responses((status = 200, body = ApplicationResponse),
              (status = 409, description = "`invalid_state`: it has been decided."),
              (status = 412, description = "`precondition_failed`: it has changed since."),
              (status = 428, description = "`precondition_required`: no `If-Match`.")))]
#[patch("/applications/{id}")]
async fn update_application(
    ctx: Ctx,
    Guarded(OwnApplication(application), Body(body)): Guarded<
        OwnApplication,
        Body<UpdateApplicationRequest>,
    >,
) -> Result<HttpResponse, Problem> {
    let seen = ctx.seen_version();
    let patch = body.into();
    let application = ctx
        .write(async |tx| service::update(tx, application.id, seen.clone(), &patch).await)
        .await?;
    let answer = shown_one(&ctx, ctx.db(), application).await?;
    Ok(ctx.answer(&answer))
}

/// Withdraw an application
///
/// Before the choice. It may be sent again.
#[utoipa::path(tag = "Applications", operation_id = "withdraw_application",
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Withdrawn."),
              (status = 409, description = "`invalid_state`: it has been decided.")))]
#[delete("/applications/{id}")]
async fn withdraw_application(
    ctx: Ctx,
    OwnApplication(application): OwnApplication,
) -> Result<HttpResponse, Problem> {
    ctx.write(async |tx| service::withdraw(tx, application.id).await)
        .await?;
    Ok(ctx.answer(&Answer::nothing()))
}

/// Choose an application
///
/// Makes a booking that waits for its payment; the order is in progress, the other applications
/// are rejected. Of parallel choices one wins. With the application's `ETag` as `If-Match` it is
/// refused if the tutor has changed it meanwhile.
#[utoipa::path(tag = "Applications", operation_id = "choose_application",
    params(("id" = Uuid, Path),
           ("If-Match" = Option<String>, Header, description = "The application's `ETag` that was read.")),
    request_body = Option<ChooseRequest>,
    responses((status = 201, body = BookingResponse),
              (status = 412, description = "`precondition_failed`: the application has changed since."),
              (status = 409, description = "`invalid_state`: the order isn't open; `conflict`: the tutor is booked at that time.")))]
#[post("/applications/{id}/choose")]
async fn choose_application(
    ctx: Ctx,
    Guarded(ChoosableApplication(application), Body(body)): Guarded<
        ChoosableApplication,
        Body<ChooseRequest>,
    >,
) -> Result<HttpResponse, Problem> {
    let (seen, wished) = (ctx.seen_version(), body.into());
    let answer = ctx
        .write_once(async |tx| {
            let booking = service::choose(tx, application.id, seen.clone(), wished).await?;
            let (location, version) = (format!("{BASE}/bookings/{}", booking.id), booking.version);
            Ok(Answer::created(BookingResponse::new(booking), location).version(version))
        })
        .await?;
    reached(FaultPoint::ChooseCommitted).await;
    Ok(answer)
}
