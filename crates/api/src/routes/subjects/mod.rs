//! The catalogue of subjects.

use std::cmp::Reverse;

use actix_web::{HttpResponse, get};
use persistence::subjects::{self, Subject};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::problem::Problem;
use crate::request::{Answer, Ctx, Listing, NoParams, QueryParams};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_popular_subjects).service(list_subjects);
}

/// A subject that is taught.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "00000000-0000-7000-8000-000000000001", "slug": "matematika", "name": "Математика",
    "category": "exact", "icon": "calculator", "tutor_count": 12
}))]
pub struct SubjectResponse {
    pub id: Uuid,
    pub slug: String,
    /// In the caller's language.
    pub name: String,
    pub category: String,
    pub icon: String,
    /// How many visible tutors teach it.
    pub tutor_count: i64,
}

fn response(ctx: &Ctx, subject: Subject, tutor_count: i64) -> SubjectResponse {
    SubjectResponse {
        id: subject.id,
        slug: subject.slug,
        name: match ctx.language() {
            domain::language::Language::Ru => subject.name_ru,
            domain::language::Language::En => subject.name_en,
        },
        category: subject.category,
        icon: subject.icon,
        tutor_count,
    }
}

async fn all(ctx: &Ctx) -> Result<Vec<SubjectResponse>, Problem> {
    Ok(subjects::list_with_tutor_count(ctx.db())
        .await?
        .into_iter()
        .map(|(subject, count)| response(ctx, subject, count))
        .collect())
}

/// All subjects
///
/// The whole catalogue in its fixed order, with the number of visible tutors of each.
#[utoipa::path(tag = "Subjects", operation_id = "list_subjects",
    responses((status = 200, body = Listing<SubjectResponse>), (status = 304, description = "Unchanged.")))]
#[get("/subjects")]
async fn list_subjects(
    ctx: Ctx,
    QueryParams(NoParams {}): QueryParams<NoParams>,
) -> Result<HttpResponse, Problem> {
    let items = all(&ctx).await?;
    Ok(ctx.answer(&Answer::ok(Listing::whole(items)).hashed()))
}

/// The most taught subjects
///
/// The same subjects, those with the most visible tutors first.
#[utoipa::path(tag = "Subjects", operation_id = "list_popular_subjects",
    responses((status = 200, body = Listing<SubjectResponse>), (status = 304, description = "Unchanged.")))]
#[get("/subjects/popular")]
async fn list_popular_subjects(
    ctx: Ctx,
    QueryParams(NoParams {}): QueryParams<NoParams>,
) -> Result<HttpResponse, Problem> {
    let mut items = all(&ctx).await?;
    items.sort_by_key(|subject| Reverse(subject.tutor_count));
    Ok(ctx.answer(&Answer::ok(Listing::whole(items)).hashed()))
}
