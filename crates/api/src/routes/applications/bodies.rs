//! What the application calls take and give.

use chrono::{DateTime, Utc};
use domain::text_enum::TextEnum;
use persistence::applications::Application;
use persistence::tutor_cards::TutorCard;
use serde::{Deserialize, Serialize};
use services::applications::{BidPatch, WishedTime};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::request::{EmptyBody, given};
use crate::routes::tutors::TutorCardResponse;

/// A bid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "price": 150000, "message": "Готова начать на этой неделе." }))]
pub struct CreateApplicationRequest {
    /// The total of the booking, in kopecks.
    #[schema(minimum = 1, maximum = 99999999)]
    pub price: i64,
    #[schema(min_length = 1, max_length = 2000)]
    pub message: String,
}

impl EmptyBody for CreateApplicationRequest {}

/// What of a bid to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "price": 140000 }))]
pub struct UpdateApplicationRequest {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub price: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub message: Option<String>,
}

impl EmptyBody for UpdateApplicationRequest {}

impl From<UpdateApplicationRequest> for BidPatch {
    fn from(body: UpdateApplicationRequest) -> Self {
        Self {
            price: body.price,
            message: body.message,
        }
    }
}

/// When the lesson is to be, if the two have agreed on it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "starts_at": "2026-12-01T15:00:00Z", "duration_minutes": 60 }))]
pub struct ChooseRequest {
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
    /// 15 to 480; 60 if left out.
    #[serde(default)]
    #[schema(minimum = 15, maximum = 480)]
    pub duration_minutes: Option<i64>,
}

impl EmptyBody for ChooseRequest {
    const ALLOWED: bool = true;
}

impl From<ChooseRequest> for WishedTime {
    fn from(body: ChooseRequest) -> Self {
        Self {
            starts_at: body.starts_at,
            duration_minutes: body.duration_minutes,
        }
    }
}

/// A bid of a tutor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "order_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d",
    "tutor_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2e", "price": 150000, "currency": "RUB",
    "message": "Готова начать на этой неделе.", "status": "submitted", "tutor": null,
    "created_at": "2026-11-23T09:00:00Z", "updated_at": "2026-11-23T09:00:00Z"
}))]
pub struct ApplicationResponse {
    pub id: Uuid,
    pub order_id: Uuid,
    pub tutor_id: Uuid,
    /// Kopecks.
    pub price: i64,
    pub currency: String,
    pub message: String,
    /// `submitted`, `chosen`, `rejected`, `withdrawn`.
    pub status: String,
    /// The tutor's card; `null` if it is no longer public.
    pub tutor: Option<TutorCardResponse>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ApplicationResponse {
    #[must_use]
    pub fn new(application: Application, card: Option<TutorCard>, now: DateTime<Utc>) -> Self {
        Self {
            id: application.id,
            order_id: application.order_id,
            tutor_id: application.tutor_id,
            price: application.price_minor,
            currency: application.currency,
            message: application.message,
            status: application.status.as_str().to_owned(),
            tutor: card.map(|card| TutorCardResponse::new(card, now)),
            created_at: application.created_at,
            updated_at: application.updated_at,
        }
    }
}

/// Applications for an order, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationListing {
    pub items: Vec<ApplicationResponse>,
    #[schema(required)]
    pub next_cursor: Option<String>,
    #[schema(example = 1)]
    pub total_count: u64,
}
