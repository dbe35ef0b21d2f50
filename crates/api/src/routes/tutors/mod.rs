//! Tutors: the public list, cards and reviews, and a tutor's own profile.

pub(crate) mod bodies;
mod documents;
mod filters;
mod own_profile;
pub mod reviews;

use actix_web::{HttpResponse, get};
use persistence::tutor_listing;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::VisibleCard;
use crate::problem::Problem;
use crate::request::{Answer, Ctx, Listing, QueryParams};
pub use bodies::{TutorCardResponse, Week};
pub(crate) use documents::DocumentResponse;
use filters::TutorListParams;
pub(crate) use filters::format;
pub use reviews::ReviewResponse;

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_tutors).service(get_tutor);
    reviews::mount(config);
    own_profile::mount(config);
    documents::mount(config);
}

/// Find tutors
///
/// Words of `q` must all be found; their case, form and ё or е don't matter. Filters narrow the
/// list further. A page begins after the last tutor of the one before it, whatever has been added
/// or removed meanwhile.
#[utoipa::path(tag = "Tutors", operation_id = "list_tutors", params(TutorListParams),
    responses((status = 200, body = Listing<TutorCardResponse>)))]
#[get("/tutors")]
async fn list_tutors(
    ctx: Ctx,
    QueryParams(params): QueryParams<TutorListParams>,
) -> Result<HttpResponse, Problem> {
    let query = params.parse(ctx.db()).await?;
    let now = ctx.now();
    let page = tutor_listing::list(ctx.db(), &query.filter, query.sort, &query.page, now).await?;
    let cards = page.map(|card| TutorCardResponse::new(card, now));
    Ok(ctx.answer(&Answer::ok(Listing::from(cards))))
}

/// A tutor's card
///
/// What the public may know of a tutor: never the e-mail, phone number, documents or ids at Stripe.
#[utoipa::path(tag = "Tutors", operation_id = "get_tutor", params(("id" = Uuid, Path)),
    responses((status = 200, body = TutorCardResponse), (status = 304, description = "Unchanged.")))]
#[get("/tutors/{id}")]
async fn get_tutor(ctx: Ctx, VisibleCard(card): VisibleCard) -> Result<HttpResponse, Problem> {
    Ok(ctx.answer(&Answer::ok(TutorCardResponse::new(card, ctx.now())).hashed()))
}
