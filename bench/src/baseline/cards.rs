//! Cards of tutors: of rows, as JSON.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, FromRow, PgPool, Row};
use uuid::Uuid;

use crate::statements;

pub struct CardRow {
    pub id: Uuid,
    bio: String,
    experience_years: i64,
    hourly_rate_minor: i64,
    currency: String,
    city: Option<String>,
    region: Option<String>,
    time_zone: String,
    teaches_online: bool,
    teaches_offline: bool,
    availability: Json<Value>,
    is_verified: bool,
    rating_count: i64,
    pub rating_milli: i64,
    premium_active_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    first_name: String,
    last_name: String,
}

impl<'r> FromRow<'r, PgRow> for CardRow {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            bio: row.try_get("bio")?,
            experience_years: row.try_get("experience_years")?,
            hourly_rate_minor: row.try_get("hourly_rate_minor")?,
            currency: row.try_get("currency")?,
            city: row.try_get("city")?,
            region: row.try_get("region")?,
            time_zone: row.try_get("time_zone")?,
            teaches_online: row.try_get("teaches_online")?,
            teaches_offline: row.try_get("teaches_offline")?,
            availability: row.try_get("availability")?,
            is_verified: row.try_get("is_verified")?,
            rating_count: row.try_get("rating_count")?,
            rating_milli: row.try_get("rating_milli")?,
            premium_active_until: row.try_get("premium_active_until")?,
            created_at: row.try_get("created_at")?,
            first_name: row.try_get("first_name")?,
            last_name: row.try_get("last_name")?,
        })
    }
}

#[derive(Serialize)]
pub struct Card {
    id: Uuid,
    first_name: String,
    last_initial: String,
    bio: String,
    subjects: Vec<String>,
    experience_years: i64,
    hourly_rate: i64,
    currency: String,
    rating: Option<f64>,
    rating_count: i64,
    city: Option<String>,
    region: Option<String>,
    time_zone: String,
    formats: Vec<&'static str>,
    is_verified: bool,
    is_premium: bool,
    availability: Value,
    created_at: DateTime<Utc>,
}

struct Taught {
    slug: String,
    tutor_id: Uuid,
}

impl<'r> FromRow<'r, PgRow> for Taught {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            slug: row.try_get("slug")?,
            tutor_id: row.try_get("tutor_id")?,
        })
    }
}

/// The cards of these rows, with what the tutors teach.
pub async fn cards(pool: &PgPool, rows: Vec<CardRow>) -> sqlx::Result<Vec<Card>> {
    let sql = AssertSqlSafe(statements::taught_by(rows.len()));
    let mut query = sqlx::query_as(sql);
    for row in &rows {
        query = query.bind(row.id);
    }
    let mut taught: HashMap<Uuid, Vec<String>> = HashMap::new();
    for Taught { slug, tutor_id } in query.fetch_all(pool).await? {
        taught.entry(tutor_id).or_default().push(slug);
    }
    let now = Utc::now();
    Ok(rows
        .into_iter()
        .map(|row| {
            let subjects = taught.remove(&row.id).unwrap_or_default();
            card(row, subjects, now)
        })
        .collect())
}

fn card(row: CardRow, subjects: Vec<String>, now: DateTime<Utc>) -> Card {
    let formats = [
        ("online", row.teaches_online),
        ("offline", row.teaches_offline),
    ];
    let hundredths = i32::try_from((row.rating_milli + 5) / 10).unwrap_or_default();
    Card {
        id: row.id,
        first_name: row.first_name,
        last_initial: row
            .last_name
            .chars()
            .take(1)
            .flat_map(char::to_uppercase)
            .collect(),
        bio: row.bio,
        subjects,
        experience_years: row.experience_years,
        hourly_rate: row.hourly_rate_minor,
        currency: row.currency,
        rating: (row.rating_count > 0).then(|| f64::from(hundredths) / 100.0),
        rating_count: row.rating_count,
        city: row.city,
        region: row.region,
        time_zone: row.time_zone,
        formats: formats
            .into_iter()
            .filter_map(|(name, taught)| taught.then_some(name))
            .collect(),
        is_verified: row.is_verified,
        is_premium: row.premium_active_until.is_some_and(|until| now < until),
        availability: row.availability.0,
        created_at: row.created_at,
    }
}
