//! Moderation of tutors.

use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use persistence::tutor_documents;
use persistence::tutor_moderation::{self, ModeratedTutor};
use persistence::tutors::TutorProfile;
use serde::{Deserialize, Serialize};
use services::{ServiceError, moderation};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::chosen;
use crate::access::{Admin, AnyTutor};
use crate::problem::{Code, Problem};
use crate::request::{
    Answer, Body, Ctx, Guarded, Listing, NoBody, QueryParams, list_by, page_request,
};
use crate::routes::tutors::DocumentResponse;

/// Mounts the routes of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_tutors)
        .service(verify_tutor)
        .service(hide_tutor)
        .service(restore_tutor)
        .service(list_documents);
}

/// A tutor as a moderator sees them: with the e-mail, to write to them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "user_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d",
    "email": "maria@example.org", "first_name": "Мария", "last_name": "Иванова",
    "state": "unverified", "is_verified": false, "hidden_at": null,
    "bio": "Готовлю к ЕГЭ по математике.", "experience_years": 12, "city": "Москва",
    "rating_count": 5, "created_at": "2026-01-10T08:00:00Z", "updated_at": "2026-11-23T09:00:00Z"
}))]
struct ModeratedTutorResponse {
    id: Uuid,
    user_id: Uuid,
    email: String,
    first_name: String,
    last_name: String,
    /// `unverified`, `verified` or `hidden`.
    state: String,
    is_verified: bool,
    hidden_at: Option<DateTime<Utc>>,
    bio: String,
    experience_years: i64,
    city: Option<String>,
    rating_count: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<ModeratedTutor> for ModeratedTutorResponse {
    fn from(ModeratedTutor { profile, user }: ModeratedTutor) -> Self {
        Self {
            id: profile.id,
            user_id: user.id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            state: profile.state().to_string(),
            is_verified: profile.is_verified,
            hidden_at: profile.hidden_at,
            bio: profile.bio,
            experience_years: profile.experience_years,
            city: profile.city,
            rating_count: profile.rating_count,
            created_at: profile.created_at,
            updated_at: profile.updated_at,
        }
    }
}

/// Which tutors to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TutorStateParams {
    /// `unverified`, `verified` (both are shown to everybody) or `hidden`; all if left out.
    #[param(example = "unverified")]
    state: Option<String>,
    /// 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Tutors by state
///
/// Those with a profile that isn't erased, newest first, each in one state.
#[utoipa::path(tag = "Administration", operation_id = "admin_list_tutors",
    params(TutorStateParams),
    responses((status = 200, body = Listing<ModeratedTutorResponse>)))]
#[get("/admin/tutors")]
async fn list_tutors(
    ctx: Ctx,
    Guarded(Admin(_who), QueryParams(params)): Guarded<Admin, QueryParams<TutorStateParams>>,
) -> Result<HttpResponse, Problem> {
    let state = chosen("state", params.state.as_deref())?;
    let list = list_by("admin-tutors", &state);
    let page = page_request(&list, params.limit, params.cursor.as_deref())?;
    let page = tutor_moderation::list(ctx.db(), state, &page).await?;
    let page = page.map(ModeratedTutorResponse::from);
    Ok(ctx.answer(&Answer::ok(Listing::from(page))))
}

/// Verify a tutor
///
/// A badge, and the condition for being matched. One who is verified already stays so, and is
/// answered alike.
#[utoipa::path(tag = "Administration", operation_id = "admin_verify_tutor",
    params(("id" = Uuid, Path, description = "The profile's id.")),
    request_body = Option<NoBody>,
    responses((status = 200, body = ModeratedTutorResponse)))]
#[post("/admin/tutors/{id}/verify")]
async fn verify_tutor(
    ctx: Ctx,
    Guarded(AnyTutor(tutor), Body(NoBody {})): Guarded<AnyTutor, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    moderated(&ctx, async |tx| moderation::verify(tx, tutor.id).await).await
}

/// Hide a tutor
///
/// From everybody but themself and administrators, at once: lists, cards, reviews, matches. They can
/// no longer apply or be chosen; what was agreed before stays. One who is hidden stays so, and is
/// answered alike.
#[utoipa::path(tag = "Administration", operation_id = "admin_hide_tutor",
    params(("id" = Uuid, Path, description = "The profile's id.")),
    request_body = Option<NoBody>,
    responses((status = 200, body = ModeratedTutorResponse)))]
#[post("/admin/tutors/{id}/hide")]
async fn hide_tutor(
    ctx: Ctx,
    Guarded(AnyTutor(tutor), Body(NoBody {})): Guarded<AnyTutor, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    moderated(&ctx, async |tx| moderation::hide(tx, tutor.id).await).await
}

/// Show a hidden tutor again
///
/// Verified if they were before. One who isn't hidden stays as they are, and is answered alike.
#[utoipa::path(tag = "Administration", operation_id = "admin_restore_tutor",
    params(("id" = Uuid, Path, description = "The profile's id.")),
    request_body = Option<NoBody>,
    responses((status = 200, body = ModeratedTutorResponse)))]
#[post("/admin/tutors/{id}/restore")]
async fn restore_tutor(
    ctx: Ctx,
    Guarded(AnyTutor(tutor), Body(NoBody {})): Guarded<AnyTutor, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    moderated(&ctx, async |tx| moderation::restore(tx, tutor.id).await).await
}

async fn moderated(
    ctx: &Ctx,
    act: impl AsyncFn(&persistence::Tx) -> Result<TutorProfile, ServiceError>,
) -> Result<HttpResponse, Problem> {
    let profile = ctx.write(async |tx| act(tx).await).await?;
    let tutor = tutor_moderation::with_owner(ctx.db(), profile).await?;
    let tutor = tutor.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(ctx.answer(&Answer::ok(ModeratedTutorResponse::from(tutor))))
}

/// A tutor's documents
///
/// Their evidence, newest first: what is known of each, and its name in the object store.
#[utoipa::path(tag = "Administration", operation_id = "admin_list_documents",
    params(("id" = Uuid, Path, description = "The profile's id.")),
    responses((status = 200, body = Listing<DocumentResponse>)))]
#[get("/admin/tutors/{id}/documents")]
async fn list_documents(ctx: Ctx, AnyTutor(tutor): AnyTutor) -> Result<HttpResponse, Problem> {
    let documents = tutor_documents::list_of_tutor(ctx.db(), tutor.id).await?;
    let documents = documents.into_iter().map(DocumentResponse::from).collect();
    Ok(ctx.answer(&Answer::ok(Listing::whole(documents))))
}
