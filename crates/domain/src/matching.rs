//! Who suits an order: an additive score, each part of it visible, and the reasons to show.
//!
//! Finding candidates is the database's work ([`CANDIDATE_LIMIT`], [`highest_rate`] bound it) and
//! changing their order the reranker's; neither changes a score. Any input, however absurd, gives
//! finite parts that add up.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::availability::WeeklyAvailability;
use crate::lesson_format::LessonFormat;

mod features;
mod masking;
mod outbound;
mod plain_text;
mod reasons;
mod reply;
mod rerank;

pub use features::Relevance;
pub use masking::mask;
pub use outbound::{
    CandidateData, MAX_ABOUT_CHARS, MAX_TEXT_CHARS, OrderCard, OrderData, Person, TutorCard,
    candidate_data, order_data, order_text, tutor_text,
};
pub use reasons::Reason;
pub use reply::{BadReply, handle, read_ranking};
pub use rerank::{MAX_MOVE, RERANK_LIMIT, settle};

use features::Features;

/// How many candidates are scored at most.
pub const CANDIDATE_LIMIT: u64 = 200;
/// How many of the nearest are scored at most, where texts are compared by their meaning. With twice as
/// many a search takes twice as long, and the best three score some 0.2 % higher.
pub const NEAREST_LIMIT: u64 = 100;
/// A tutor who asks for more than this share of the budget is no candidate.
pub const BUDGET_TOLERANCE_PERCENT: i64 = 110;

// The weights, with the boost, add up to 1, so a score is a share of the best imaginable match.
// What the student asked for (relevance, price, hours, place: 0.70) outweighs what the tutor
// brings (rating, experience: 0.25), since a famous tutor of another matter is no match.
// docs/matching.md shows what they are worth in a made-up market, and that none of them gets
// noticeably better by being moved; they are round because no market is known more exactly.

/// Most of all the tutor has to teach what is asked: the subject is a filter, the rest is text.
pub const RELEVANCE_WEIGHT: f64 = 0.35;
/// Full within the budget, so it parts only those above it from those below.
pub const PRICE_WEIGHT: f64 = 0.15;
/// What other students found out. Ratings lie close together, so it parts less than it seems to.
pub const RATING_WEIGHT: f64 = 0.20;
/// A quarter of the rating: years are claimed and reviews are earned, and years lie far apart.
pub const EXPERIENCE_WEIGHT: f64 = 0.05;
/// As much as the price: without an hour that both have there is no lesson, though it may be found.
pub const AVAILABILITY_WEIGHT: f64 = 0.15;
/// Least: a format in common is already a condition of being a candidate.
pub const LOCATION_WEIGHT: f64 = 0.05;
/// What paying can gain at most; shown with the match whenever it is given.
pub const PREMIUM_BOOST: f64 = 0.05;

/// The highest rate that a budget reaches, in minor units.
#[must_use]
pub fn highest_rate(budget_max: i64) -> i64 {
    budget_max.saturating_mul(BUDGET_TOLERANCE_PERCENT) / 100
}

/// What the score reads of an order. The lower end of its budget is not among it: nobody minds
/// paying less.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrderFacts {
    /// [`content_stems`](crate::search::content_stems) of title, description and goal.
    pub text: BTreeSet<String>,
    /// Minor units.
    pub budget_max: i64,
    pub formats: BTreeSet<LessonFormat>,
    /// By [`fold_phrase`](crate::search::fold_phrase), as are the other places.
    pub city_folded: Option<String>,
    pub region_folded: Option<String>,
    /// When the student would like to learn; none and an empty one wish for nothing.
    pub availability: Option<WeeklyAvailability>,
    /// Without a zone the wish is read by the tutor's clock.
    pub time_zone: Option<Tz>,
}

/// What the score reads of a tutor.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateFacts {
    pub tutor_id: Uuid,
    /// Stems of the bio and of the subjects' names.
    pub text: BTreeSet<String>,
    /// Minor units an hour.
    pub hourly_rate: i64,
    /// Of `rating_count` ratings of 1 to 5.
    pub rating_sum: i64,
    pub rating_count: i64,
    pub experience_years: i64,
    pub formats: BTreeSet<LessonFormat>,
    pub city_folded: Option<String>,
    pub region_folded: Option<String>,
    pub availability: WeeklyAvailability,
    pub time_zone: Tz,
    /// When the boost that was paid for ends, or ended.
    pub premium_until: Option<DateTime<Utc>>,
}

impl CandidateFacts {
    /// Whether the boost is paid for at that moment.
    #[must_use]
    pub fn is_premium(&self, now: DateTime<Utc>) -> bool {
        self.premium_until.is_some_and(|until| now < until)
    }
}

/// The parts of a score, each rounded to 6 decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Contributions {
    pub relevance: f64,
    pub price: f64,
    pub rating: f64,
    pub experience: f64,
    pub availability: f64,
    pub location: f64,
    pub premium_boost: f64,
}

impl Contributions {
    fn new(features: &Features, is_premium: bool) -> Self {
        let part = |weight: f64, fit: f64| six_decimals(weight * fit);
        Self {
            relevance: part(RELEVANCE_WEIGHT, features.relevance),
            price: part(PRICE_WEIGHT, features.price),
            rating: part(RATING_WEIGHT, features.rating),
            experience: part(EXPERIENCE_WEIGHT, features.experience),
            availability: part(AVAILABILITY_WEIGHT, features.availability),
            location: part(LOCATION_WEIGHT, features.location),
            premium_boost: if is_premium { PREMIUM_BOOST } else { 0.0 },
        }
    }

    /// The sum of the parts, from 0 to 1.
    #[must_use]
    pub fn total(&self) -> f64 {
        // Rounded again, since 0.1 + 0.2 is not quite 0.3 in binary.
        six_decimals(
            self.relevance
                + self.price
                + self.rating
                + self.experience
                + self.availability
                + self.location
                + self.premium_boost,
        )
    }
}

/// One tutor's match with an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    pub tutor_id: Uuid,
    /// The sum of the contributions, from 0 to 1.
    pub score: f64,
    pub contributions: Contributions,
    pub reasons: Vec<Reason>,
}

/// Scores one tutor at that moment, in whose week clocks of different zones are compared.
#[must_use]
pub fn score(
    order: &OrderFacts,
    candidate: &CandidateFacts,
    relevance: Relevance,
    now: DateTime<Utc>,
) -> Scored {
    let features = Features::new(order, candidate, relevance, now);
    let is_premium = candidate.is_premium(now);
    let contributions = Contributions::new(&features, is_premium);
    Scored {
        tutor_id: candidate.tutor_id,
        score: contributions.total(),
        contributions,
        reasons: reasons::collect(order, candidate, &features, is_premium),
    }
}

/// The best first; of equals, the tutor of the lower id.
#[must_use]
pub fn rank(mut scored: Vec<Scored>) -> Vec<Scored> {
    scored.sort_by(|a, b| {
        let by_score = b.score.total_cmp(&a.score);
        by_score.then_with(|| a.tutor_id.cmp(&b.tutor_id))
    });
    scored
}

fn six_decimals(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
