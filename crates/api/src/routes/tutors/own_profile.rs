//! A tutor's own profile.

use actix_web::{HttpResponse, get, patch, post};
use services::tutors;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bodies::{
    CreateTutorProfileRequest, OwnTutorProfileResponse, UpdateTutorProfileRequest,
};
use crate::access::{OwnProfile, Tutor};
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, Guarded};
use crate::routes::BASE;

/// Mounts the routes of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(create_own_profile)
        .service(get_own_profile)
        .service(update_own_profile);
}

/// Make my tutor profile
///
/// One each. The profile is public at once; verification is a badge and a condition for matching.
#[utoipa::path(tag = "Tutors", operation_id = "create_tutor_profile",
    request_body = CreateTutorProfileRequest,
    responses((status = 201, body = OwnTutorProfileResponse),
              (status = 409, description = "`already_exists`: there is one each.")))]
#[post("/me/tutor-profile")]
async fn create_own_profile(
    ctx: Ctx,
    Guarded(Tutor(who), Body(body)): Guarded<Tutor, Body<CreateTutorProfileRequest>>,
) -> Result<HttpResponse, Problem> {
    let draft = domain::tutor::TutorProfileDraft::from(body);
    let now = ctx.now();
    ctx.write_once(async |tx| {
        let card = tutors::create(tx, who.user_id, draft.clone()).await?;
        let version = card.profile.version;
        let profile = OwnTutorProfileResponse::new(card, now);
        Ok(Answer::created(profile, format!("{BASE}/me/tutor-profile")).version(version))
    })
    .await
}

/// My tutor profile
///
/// The public card and what only its owner sees.
#[utoipa::path(tag = "Tutors", operation_id = "get_tutor_profile",
    responses((status = 200, body = OwnTutorProfileResponse),
              (status = 404, description = "`not_found`: there is none yet."),
              (status = 304, description = "Unchanged.")))]
#[get("/me/tutor-profile")]
async fn get_own_profile(ctx: Ctx, Tutor(who): Tutor) -> Result<HttpResponse, Problem> {
    let card = tutors::get_own(ctx.db(), who.user_id).await?;
    let version = card.profile.version;
    let profile = OwnTutorProfileResponse::new(card, ctx.now());
    Ok(ctx.answer(&Answer::ok(profile).version(version)))
}

/// Change my tutor profile
///
/// Needs the `ETag` that was read as `If-Match`. Fields that are left out stay as they are.
#[utoipa::path(tag = "Tutors", operation_id = "update_tutor_profile",
    request_body = UpdateTutorProfileRequest,
    params(("If-Match" = String, Header, description = "The `ETag` that was read.")),
    responses((status = 200, body = OwnTutorProfileResponse),
              (status = 404, description = "`not_found`: there is none yet."),
              (status = 412, description = "`precondition_failed`: it has changed since."),
              (status = 428, description = "`precondition_required`: no `If-Match`.")))]
#[patch("/me/tutor-profile")]
async fn update_own_profile(
    ctx: Ctx,
    Guarded(OwnProfile(own), Body(body)): Guarded<OwnProfile, Body<UpdateTutorProfileRequest>>,
) -> Result<HttpResponse, Problem> {
    let seen = ctx.seen_version();
    let card = ctx
        .write(async |tx| {
            let body = body.clone();
            tutors::update_own(tx, own.user_id, seen.clone(), |present| body.onto(present)).await
        })
        .await?;
    let version = card.profile.version;
    let profile = OwnTutorProfileResponse::new(card, ctx.now());
    Ok(ctx.answer(&Answer::ok(profile).version(version)))
}
