//! What the tutor calls take and give.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::review::shown_hundredths;
use domain::tutor::{TutorProfileDraft, last_initial};
use persistence::tutor_cards::TutorCard;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::request::{EmptyBody, given};

/// Times of the week in the profile's zone.
pub type Week = BTreeMap<String, Vec<String>>;

/// What the public may know of a tutor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "first_name": "Мария", "last_initial": "И",
    "bio": "Готовлю к ЕГЭ по математике.", "subjects": ["matematika"], "experience_years": 12,
    "hourly_rate": 150000, "currency": "RUB", "rating": 4.8, "rating_count": 5, "city": "Москва",
    "region": "Москва", "time_zone": "Europe/Moscow", "formats": ["online"], "is_verified": true,
    "is_premium": false, "availability": {"monday": ["16:00-21:00"]},
    "created_at": "2026-01-10T08:00:00Z"
}))]
pub struct TutorCardResponse {
    pub id: Uuid,
    pub first_name: String,
    pub last_initial: String,
    pub bio: String,
    /// Slugs.
    pub subjects: Vec<String>,
    pub experience_years: i64,
    /// Kopecks.
    pub hourly_rate: i64,
    pub currency: String,
    /// 1 to 5, two decimals; `null` without reviews.
    pub rating: Option<f64>,
    pub rating_count: i64,
    pub city: Option<String>,
    pub region: Option<String>,
    pub time_zone: String,
    pub formats: Vec<String>,
    pub is_verified: bool,
    pub is_premium: bool,
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub availability: serde_json::Value,
    pub created_at: DateTime<Utc>,
}

impl TutorCardResponse {
    #[must_use]
    pub fn new(card: TutorCard, now: DateTime<Utc>) -> Self {
        let profile = card.profile;
        Self {
            id: profile.id,
            first_name: card.first_name,
            last_initial: last_initial(&card.last_name),
            is_premium: profile.is_premium(now),
            formats: profile.formats().iter().map(ToString::to_string).collect(),
            subjects: card.subjects.into_iter().map(|s| s.slug).collect(),
            rating: rating(profile.rating_milli, profile.rating_count),
            rating_count: profile.rating_count,
            bio: profile.bio,
            experience_years: profile.experience_years,
            hourly_rate: profile.hourly_rate_minor,
            currency: profile.currency,
            city: profile.city,
            region: profile.region,
            time_zone: profile.time_zone,
            is_verified: profile.is_verified,
            availability: profile.availability,
            created_at: profile.created_at,
        }
    }
}

/// Thousandths as a mean of two decimals.
fn rating(milli: i64, count: i64) -> Option<f64> {
    let hundredths = i32::try_from(shown_hundredths(milli)).ok()?;
    (count > 0).then(|| f64::from(hundredths) / 100.0)
}

/// A tutor's own profile: the public card and what only its owner sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnTutorProfileResponse {
    #[serde(flatten)]
    pub card: TutorCardResponse,
    #[schema(example = "cus_QWxZ8a1")]
    pub stripe_customer_id: Option<String>,
    #[schema(example = "2026-12-23T09:00:00Z")]
    pub premium_expires_at: Option<DateTime<Utc>>,
    /// Hidden by a moderator: nobody else sees the card.
    #[schema(example = false)]
    pub is_hidden: bool,
    #[schema(example = "2026-11-23T09:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

impl OwnTutorProfileResponse {
    #[must_use]
    pub fn new(card: TutorCard, now: DateTime<Utc>) -> Self {
        Self {
            stripe_customer_id: card.profile.stripe_customer_id.clone(),
            premium_expires_at: card.profile.premium_expires_at,
            is_hidden: card.profile.hidden_at.is_some(),
            updated_at: card.profile.updated_at,
            card: TutorCardResponse::new(card, now),
        }
    }
}

/// A new profile.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "bio": "Готовлю к ЕГЭ по математике.", "experience_years": 12, "hourly_rate": 150000,
    "subjects": ["matematika"], "city": "Москва", "region": "Москва",
    "time_zone": "Europe/Moscow", "formats": ["online"],
    "availability": {"monday": ["16:00-21:00"]}
}))]
pub struct CreateTutorProfileRequest {
    #[schema(min_length = 1, max_length = 5000)]
    pub bio: String,
    #[schema(minimum = 0, maximum = 80)]
    pub experience_years: i64,
    /// Kopecks.
    #[schema(minimum = 1, maximum = 99999999)]
    pub hourly_rate: i64,
    /// Slugs.
    pub subjects: Vec<String>,
    #[serde(default)]
    pub city: Option<String>,
    #[serde(default)]
    pub region: Option<String>,
    /// IANA.
    pub time_zone: String,
    /// `online`, `offline`.
    pub formats: Vec<String>,
    /// `{"monday": ["09:00-18:00"]}`, in the profile's zone.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub availability: Week,
}

impl EmptyBody for CreateTutorProfileRequest {}

impl From<CreateTutorProfileRequest> for TutorProfileDraft {
    fn from(body: CreateTutorProfileRequest) -> Self {
        Self {
            bio: body.bio,
            experience_years: body.experience_years,
            hourly_rate: body.hourly_rate,
            subjects: body.subjects,
            city: body.city,
            region: body.region,
            time_zone: body.time_zone,
            formats: body.formats,
            availability: body.availability,
        }
    }
}

/// What of one's own profile to change; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "hourly_rate": 160000 }))]
pub struct UpdateTutorProfileRequest {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub bio: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub experience_years: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub hourly_rate: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub subjects: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub city: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub region: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub time_zone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub formats: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, value_type = Option<BTreeMap<String, Vec<String>>>)]
    pub availability: Option<Week>,
}

impl EmptyBody for UpdateTutorProfileRequest {}

impl UpdateTutorProfileRequest {
    /// The profile as it will be.
    #[must_use]
    pub fn onto(self, present: TutorProfileDraft) -> TutorProfileDraft {
        TutorProfileDraft {
            bio: self.bio.unwrap_or(present.bio),
            experience_years: self.experience_years.unwrap_or(present.experience_years),
            hourly_rate: self.hourly_rate.unwrap_or(present.hourly_rate),
            subjects: self.subjects.unwrap_or(present.subjects),
            city: self.city.unwrap_or(present.city),
            region: self.region.unwrap_or(present.region),
            time_zone: self.time_zone.unwrap_or(present.time_zone),
            formats: self.formats.unwrap_or(present.formats),
            availability: self.availability.unwrap_or(present.availability),
        }
    }
}
