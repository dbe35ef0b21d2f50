//! What the order calls take and give.

use chrono::{DateTime, Utc};
use domain::order::OrderDraft;
use domain::text_enum::TextEnum;
use persistence::orders::Order;
use persistence::subjects::Subject;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::request::{EmptyBody, given};
use crate::routes::tutors::Week;

/// The filters of the list of open orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderListParams {
    /// A subject's slug.
    #[param(example = "matematika")]
    pub subject: Option<String>,
    pub city: Option<String>,
    /// `online` or `offline`.
    pub format: Option<String>,
    /// Orders that can pay at least this much, in kopecks.
    pub min_budget: Option<i64>,
    /// 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A new order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "subject": "matematika", "title": "ЕГЭ по математике, профиль",
    "description": "Нужно подтянуть стереометрию и параметры.", "goal": "80+ баллов",
    "budget_min": 100000, "budget_max": 180000, "formats": ["online"],
    "availability": {"monday": ["17:00-20:00"]}
}))]
pub struct CreateOrderRequest {
    /// A subject's slug.
    pub subject: String,
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    #[schema(min_length = 1, max_length = 5000)]
    pub description: String,
    #[serde(default)]
    pub goal: Option<String>,
    /// Kopecks.
    #[schema(minimum = 1, maximum = 99999999)]
    pub budget_min: i64,
    /// Kopecks.
    #[schema(minimum = 1, maximum = 99999999)]
    pub budget_max: i64,
    /// `RUB`.
    #[serde(default)]
    pub currency: Option<String>,
    /// `online`, `offline`.
    pub formats: Vec<String>,
    #[serde(default)]
    pub city: Option<String>,
    #[serde(default)]
    pub region: Option<String>,
    /// When the student can, in `time_zone`.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>)]
    pub availability: Option<Week>,
    /// IANA; the account's own if left out.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// 30 days from now if left out.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl EmptyBody for CreateOrderRequest {}

impl From<CreateOrderRequest> for OrderDraft {
    fn from(body: CreateOrderRequest) -> Self {
        Self {
            title: body.title,
            description: body.description,
            goal: body.goal,
            budget_min: body.budget_min,
            budget_max: body.budget_max,
            currency: body.currency,
            formats: body.formats,
            city: body.city,
            region: body.region,
            availability: body.availability,
            time_zone: body.time_zone,
            expires_at: body.expires_at,
        }
    }
}

/// What of an order to change; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "budget_max": 200000 }))]
pub struct UpdateOrderRequest {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub subject: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub goal: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub budget_min: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub budget_max: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub currency: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub formats: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub city: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub region: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>)]
    pub availability: Option<Option<Week>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub time_zone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl EmptyBody for UpdateOrderRequest {}

impl UpdateOrderRequest {
    /// The order as it will be.
    #[must_use]
    pub fn onto(self, present: OrderDraft) -> OrderDraft {
        OrderDraft {
            title: self.title.unwrap_or(present.title),
            description: self.description.unwrap_or(present.description),
            goal: self.goal.unwrap_or(present.goal),
            budget_min: self.budget_min.unwrap_or(present.budget_min),
            budget_max: self.budget_max.unwrap_or(present.budget_max),
            currency: self.currency.or(present.currency),
            formats: self.formats.unwrap_or(present.formats),
            city: self.city.unwrap_or(present.city),
            region: self.region.unwrap_or(present.region),
            availability: self.availability.unwrap_or(present.availability),
            time_zone: self.time_zone.or(present.time_zone),
            expires_at: self.expires_at.or(present.expires_at),
        }
    }
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "subject": "matematika",
    "title": "ЕГЭ по математике, профиль", "description": "Нужно подтянуть стереометрию.",
    "goal": "80+ баллов", "budget_min": 100000, "budget_max": 180000, "currency": "RUB",
    "formats": ["online"], "city": null, "region": null, "availability": null,
    "time_zone": "Europe/Moscow", "status": "open", "expires_at": "2026-12-23T09:00:00Z",
    "created_at": "2026-11-23T09:00:00Z", "updated_at": "2026-11-23T09:00:00Z"
}))]
pub struct OrderResponse {
    pub id: Uuid,
    /// The subject's slug.
    pub subject: String,
    pub title: String,
    pub description: String,
    pub goal: Option<String>,
    /// Kopecks.
    pub budget_min: i64,
    /// Kopecks.
    pub budget_max: i64,
    pub currency: String,
    pub formats: Vec<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>)]
    pub availability: Option<serde_json::Value>,
    pub time_zone: String,
    /// `open`, `in_progress`, `completed`, `cancelled`, `expired`.
    pub status: String,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl OrderResponse {
    #[must_use]
    pub fn new(order: Order, subjects: &[Subject]) -> Self {
        let subject = subjects.iter().find(|s| s.id == order.subject_id);
        Self {
            id: order.id,
            subject: subject.map(|s| s.slug.clone()).unwrap_or_default(),
            status: order.status.as_str().to_owned(),
            formats: order.formats().iter().map(ToString::to_string).collect(),
            title: order.title,
            description: order.description,
            goal: order.goal,
            budget_min: order.budget_min_minor,
            budget_max: order.budget_max_minor,
            currency: order.currency,
            city: order.city,
            region: order.region,
            availability: order.availability,
            time_zone: order.time_zone,
            expires_at: order.expires_at,
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    }
}
