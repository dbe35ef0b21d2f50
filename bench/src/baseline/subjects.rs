//! `GET /subjects`.

use actix_web::error::ErrorInternalServerError;
use actix_web::web::Data;
use actix_web::{HttpResponse, Result, get};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};
use uuid::Uuid;

use crate::statements;

#[derive(Serialize)]
struct Subject {
    id: Uuid,
    slug: String,
    name: String,
    category: String,
    icon: String,
    tutor_count: i64,
}

impl<'r> FromRow<'r, PgRow> for Subject {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            slug: row.try_get("slug")?,
            name: row.try_get("name_ru")?,
            category: row.try_get("category")?,
            icon: row.try_get("icon")?,
            tutor_count: row.try_get("tutor_count")?,
        })
    }
}

#[derive(Serialize)]
struct Listing {
    items: Vec<Subject>,
    next_cursor: Option<String>,
}

#[get("/api/v1/subjects")]
pub async fn list(pool: Data<PgPool>) -> Result<HttpResponse> {
    let items = sqlx::query_as(statements::SUBJECTS)
        .bind(0_i64)
        .fetch_all(pool.get_ref())
        .await
        .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(Listing {
        items,
        next_cursor: None,
    }))
}
