//! `GET /tutors?subject=…&limit=…` and `GET /tutors/{id}`.

use actix_web::error::{ErrorInternalServerError, ErrorNotFound};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, Result, get};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use uuid::Uuid;

use crate::cards::{Card, CardRow, cards};
use crate::statements;

#[derive(Deserialize)]
struct Params {
    subject: String,
    limit: usize,
}

#[derive(Serialize)]
struct Listing {
    items: Vec<Card>,
    next_cursor: Option<String>,
}

/// What a cursor calls the list that it belongs to.
pub struct ListName(pub String);

#[get("/api/v1/tutors")]
pub async fn list(
    pool: Data<PgPool>,
    name: Data<ListName>,
    params: Query<Params>,
) -> Result<HttpResponse> {
    let listing = page(&pool, &name.0, &params)
        .await
        .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(listing))
}

async fn page(pool: &PgPool, list_name: &str, params: &Params) -> sqlx::Result<Listing> {
    let subject_id: Uuid = sqlx::query_scalar(statements::SUBJECT_BY_SLUG)
        .bind(&params.subject)
        .bind(1_i64)
        .fetch_one(pool)
        .await?;
    let limit = i64::try_from(params.limit).unwrap_or(i64::MAX);
    let mut rows: Vec<CardRow> = sqlx::query_as(statements::PAGE_BY_SUBJECT)
        .bind(subject_id)
        .bind(limit + 1)
        .fetch_all(pool)
        .await?;
    let has_more = rows.len() > params.limit;
    rows.truncate(params.limit);
    let next_cursor = rows.last().filter(|_| has_more).map(|last| {
        let text = format!("{list_name}|{}|{}", last.rating_milli, last.id.simple());
        URL_SAFE_NO_PAD.encode(text)
    });
    Ok(Listing {
        items: cards(pool, rows).await?,
        next_cursor,
    })
}

#[get("/api/v1/tutors/{id}")]
pub async fn get(pool: Data<PgPool>, id: Path<Uuid>) -> Result<HttpResponse> {
    let row: Option<CardRow> = sqlx::query_as(statements::CARD)
        .bind(id.into_inner())
        .fetch_optional(pool.get_ref())
        .await
        .map_err(ErrorInternalServerError)?;
    let rows = Vec::from_iter(row);
    let card = cards(&pool, rows)
        .await
        .map_err(ErrorInternalServerError)?
        .pop()
        .ok_or_else(|| ErrorNotFound("no such tutor"))?;
    Ok(HttpResponse::Ok().json(card))
}
