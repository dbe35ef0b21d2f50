//! Reviews of tutors: read by everybody, answered once by the tutor.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::review::parse_reply;
use persistence::reviews::{self, Review};
use persistence::users;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::access::{ReviewOfOneself, VisibleTutor};
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, EmptyBody, Guarded, Listing, PageParams, QueryParams};

/// Mounts the routes of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_reviews).service(reply_to_review);
}

/// A review as everybody sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "rating": 5, "text": "Всё понятно объяснила.",
    "author": {"first_name": "Анна"}, "created_at": "2026-11-20T10:00:00Z", "reply": null
}))]
pub struct ReviewResponse {
    pub id: Uuid,
    pub rating: i64,
    pub text: Option<String>,
    pub author: ReviewAuthor,
    pub created_at: DateTime<Utc>,
    /// The tutor's answer.
    pub reply: Option<String>,
}

/// Who wrote it: no more than the first name.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewAuthor {
    pub first_name: String,
}

impl ReviewResponse {
    #[must_use]
    pub fn new(review: Review, first_name: String) -> Self {
        Self {
            id: review.id,
            rating: review.rating,
            text: review.text,
            author: ReviewAuthor { first_name },
            created_at: review.created_at,
            reply: review.reply,
        }
    }
}

/// A tutor's reviews
///
/// Newest first.
#[utoipa::path(tag = "Tutors", operation_id = "list_reviews",
    params(("id" = Uuid, Path), PageParams),
    responses((status = 200, body = Listing<ReviewResponse>)))]
#[get("/tutors/{id}/reviews")]
async fn list_reviews(
    ctx: Ctx,
    Guarded(VisibleTutor(tutor), QueryParams(params)): Guarded<
        VisibleTutor,
        QueryParams<PageParams>,
    >,
) -> Result<HttpResponse, Problem> {
    let page = params.of(&format!("reviews:{}", tutor.id))?;
    let page = reviews::list_of_tutor(ctx.db(), tutor.id, &page).await?;
    let authors = page.items.iter().map(|review| review.student_id).collect();
    let names: HashMap<Uuid, String> = users::list_by_ids(ctx.db(), authors)
        .await?
        .into_iter()
        .map(|user| (user.id, user.first_name))
        .collect();
    let page = page.map(|review| {
        let name = names.get(&review.student_id).cloned().unwrap_or_default();
        ReviewResponse::new(review, name)
    });
    Ok(ctx.answer(&Answer::ok(Listing::from(page))))
}

/// An answer to a review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Спасибо, удачи на экзамене!" }))]
struct ReplyRequest {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

impl EmptyBody for ReplyRequest {}

/// Answer a review
///
/// By the tutor who was reviewed, once.
#[utoipa::path(tag = "Tutors", operation_id = "reply_to_review", params(("id" = Uuid, Path)),
    request_body = ReplyRequest,
    responses((status = 201, body = ReviewResponse),
              (status = 409, description = "`already_exists`: it is answered.")))]
#[post("/reviews/{id}/reply")]
async fn reply_to_review(
    ctx: Ctx,
    Guarded(ReviewOfOneself { who, review }, Body(body)): Guarded<
        ReviewOfOneself,
        Body<ReplyRequest>,
    >,
) -> Result<HttpResponse, Problem> {
    let reply = parse_reply(&body.text)?;
    ctx.write_once(async |tx| {
        let review = services::reviews::reply(tx, who.user_id, review.id, &reply).await?;
        let author = users::find(tx, review.student_id).await?;
        let name = author.map(|user| user.first_name).unwrap_or_default();
        Ok(Answer::created_here(ReviewResponse::new(review, name)))
    })
    .await
}
