//! What the booking calls take and give.

use chrono::{DateTime, Utc};
use domain::text_enum::TextEnum;
use persistence::bookings::Booking;
use serde::{Deserialize, Serialize};
use services::applications::WishedTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::request::EmptyBody;

/// Another time for a lesson.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "starts_at": "2026-12-02T15:00:00Z", "duration_minutes": 60 }))]
pub struct RescheduleRequest {
    pub starts_at: DateTime<Utc>,
    #[schema(minimum = 15, maximum = 480)]
    pub duration_minutes: i64,
}

impl EmptyBody for RescheduleRequest {}

impl From<RescheduleRequest> for WishedTime {
    fn from(body: RescheduleRequest) -> Self {
        Self {
            starts_at: Some(body.starts_at),
            duration_minutes: Some(body.duration_minutes),
        }
    }
}

/// What a student says of a lesson.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "rating": 5, "text": "Всё понятно объяснила." }))]
pub struct CreateReviewRequest {
    #[schema(minimum = 1, maximum = 5)]
    pub rating: i64,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub text: Option<String>,
}

impl EmptyBody for CreateReviewRequest {}

/// A lesson that was chosen. `platform_fee + tutor_amount = total_amount`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "order_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d",
    "application_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2e",
    "student_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2f",
    "tutor_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b20", "status": "pending",
    "total_amount": 150000, "platform_fee": 15000, "tutor_amount": 135000, "currency": "RUB",
    "starts_at": "2026-12-01T15:00:00Z", "ends_at": "2026-12-01T16:00:00Z",
    "time_zone": "Europe/Moscow", "pending_until": "2026-11-24T09:00:00Z",
    "confirmed_at": null, "completed_at": null, "cancelled_at": null, "cancelled_by": null,
    "created_at": "2026-11-23T09:00:00Z", "updated_at": "2026-11-23T09:00:00Z"
}))]
pub struct BookingResponse {
    pub id: Uuid,
    pub order_id: Uuid,
    pub application_id: Uuid,
    pub student_id: Uuid,
    pub tutor_id: Uuid,
    /// `pending`, `confirmed`, `completed`, `cancelled`, `expired`, `disputed`, `refunded`.
    pub status: String,
    /// Kopecks.
    pub total_amount: i64,
    /// Kopecks.
    pub platform_fee: i64,
    /// Kopecks.
    pub tutor_amount: i64,
    pub currency: String,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    /// The tutor's, when they were chosen.
    pub time_zone: String,
    /// An unpaid booking is given up at this time.
    pub pending_until: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    /// `student`, `tutor`, `platform`.
    pub cancelled_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl BookingResponse {
    #[must_use]
    pub fn new(booking: Booking) -> Self {
        Self {
            id: booking.id,
            order_id: booking.order_id,
            application_id: booking.application_id,
            student_id: booking.student_id,
            tutor_id: booking.tutor_id,
            status: booking.status.as_str().to_owned(),
            total_amount: booking.total_minor,
            platform_fee: booking.platform_fee_minor,
            tutor_amount: booking.tutor_amount_minor,
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            pending_until: booking.pending_until,
            confirmed_at: booking.confirmed_at,
            completed_at: booking.completed_at,
            cancelled_at: booking.cancelled_at,
            cancelled_by: booking.cancelled_by.map(|by| by.as_str().to_owned()),
            currency: booking.currency,
            time_zone: booking.time_zone,
            created_at: booking.created_at,
            updated_at: booking.updated_at,
        }
    }
}
