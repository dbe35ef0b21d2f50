//! What the match calls take and give.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::matching::Contributions;
use domain::text_enum::TextEnum;
use domain::validation::{Violations, within};
use serde::{Deserialize, Serialize};
use services::matching::{Matches, Wanted};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::request::{Ctx, EmptyBody};
use crate::routes::tutors::TutorCardResponse;

/// How many, and how long it may take.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "limit": 3 }))]
pub struct ComputeMatchesRequest {
    /// 1 to 20; 3 if left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 20)]
    pub limit: Option<i64>,
    /// Milliseconds, 50 to 5000; 1000 if left out. Language models are waited for until 50 ms before
    /// it is over.
    #[serde(default)]
    #[schema(minimum = 50, maximum = 5000)]
    pub budget_ms: Option<i64>,
}

impl EmptyBody for ComputeMatchesRequest {
    const ALLOWED: bool = true;
}

impl ComputeMatchesRequest {
    /// What is asked for, of a request that arrived at this moment.
    ///
    /// # Errors
    /// What is out of bounds.
    pub fn wanted(&self, arrived: Instant) -> Result<Wanted, Violations> {
        let mut wrong = Violations::default();
        let limit = within(self.limit.unwrap_or(3), 1, 20);
        let limit = wrong.take("/limit", limit.map(i64::unsigned_abs));
        let budget_ms = within(self.budget_ms.unwrap_or(1_000), 50, 5_000);
        let budget_ms = wrong.take("/budget_ms", budget_ms.map(i64::unsigned_abs));
        wrong.into_result()?;
        Ok(Wanted {
            limit: usize::try_from(limit.unwrap_or_default()).unwrap_or_default(),
            arrived,
            budget: Duration::from_millis(budget_ms.unwrap_or_default()),
        })
    }
}

/// The best tutors for an order, and how they were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchesResponse {
    #[schema(example = "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c")]
    pub order_id: Uuid,
    /// `llm`, `semantic` or `rules`.
    #[schema(example = "rules")]
    pub engine: String,
    /// Why it was made with less than everything.
    #[schema(example = json!(["openai_not_configured"]))]
    pub degraded: Vec<String>,
    /// `null` before anything was computed.
    #[schema(example = "2026-11-23T09:00:00Z")]
    pub computed_at: Option<DateTime<Utc>>,
    #[schema(example = 4)]
    pub elapsed_ms: i64,
    /// The order or one of the tutors has changed since.
    #[schema(example = false)]
    pub stale: bool,
    pub matches: Vec<MatchResponse>,
}

/// One place.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchResponse {
    pub tutor: TutorCardResponse,
    /// 1 is the best.
    #[schema(example = 1)]
    pub rank: u32,
    /// 0 to 1: the sum of the contributions.
    #[schema(example = 0.75)]
    pub score: f64,
    pub contributions: ContributionsResponse,
    /// Our own sentences, in the caller's language.
    #[schema(example = json!(["Ведёт нужный предмет.", "Цена в пределах бюджета."]))]
    pub reasons: Vec<String>,
}

/// What each feature adds to the score.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "relevance": 0.25, "price": 0.125, "rating": 0.125, "experience": 0.0625,
    "availability": 0.125, "location": 0.0625, "premium_boost": 0.0
}))]
pub struct ContributionsResponse {
    pub relevance: f64,
    pub price: f64,
    pub rating: f64,
    pub experience: f64,
    pub availability: f64,
    pub location: f64,
    /// At most 0.05, and always shown.
    pub premium_boost: f64,
}

impl From<Contributions> for ContributionsResponse {
    fn from(c: Contributions) -> Self {
        Self {
            relevance: c.relevance,
            price: c.price,
            rating: c.rating,
            experience: c.experience,
            availability: c.availability,
            location: c.location,
            premium_boost: c.premium_boost,
        }
    }
}

impl MatchesResponse {
    #[must_use]
    pub fn new(matches: Matches, ctx: &Ctx) -> Self {
        let language = ctx.language();
        Self {
            order_id: matches.order_id,
            engine: matches.engine.as_str().to_owned(),
            degraded: matches
                .degraded
                .iter()
                .map(|d| d.as_str().to_owned())
                .collect(),
            computed_at: matches.computed_at,
            elapsed_ms: matches.elapsed_ms,
            stale: matches.stale,
            matches: matches
                .places
                .into_iter()
                .map(|(entry, card)| MatchResponse {
                    tutor: TutorCardResponse::new(card, ctx.now()),
                    rank: entry.rank,
                    score: entry.score,
                    contributions: entry.contributions.into(),
                    reasons: entry.reasons.iter().map(|r| r.sentence(language)).collect(),
                })
                .collect(),
        }
    }
}
