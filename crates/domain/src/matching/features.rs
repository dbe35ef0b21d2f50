//! What is compared between an order and a tutor: each feature is a fit from 0 (none) to 1.
//!
//! Only the four operations and the square root are used, which every machine computes alike.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{CandidateFacts, OrderFacts, highest_rate};
use crate::lesson_format::LessonFormat;

/// A tutor's rating is mixed with this many ratings of [`PRIOR_RATING`], so that one kind friend
/// doesn't outdo fifty students.
const PRIOR_COUNT: i64 = 5;
/// Somewhat below what students usually give: a new tutor is neither praised nor punished.
const PRIOR_RATING: f64 = 4.2;
/// Experience beyond this is no further gain.
const MOST_YEARS: i64 = 20;
/// A word counts by its length up to this: `тригонометрия` tells more than `хочу`.
const LONGEST_WORD: usize = 8;
/// No bio repeats a whole order: one of so many of its words is as good as all of them.
const ENOUGH_WORDS: f64 = 0.5;
/// A week has a lesson or two: more hours in common than these are no further gain.
const ENOUGH_MINUTES: u32 = 120;
/// Embeddings use only a part of the cosines: two texts of one trade are never quite unlike, and no
/// bio is the echo of an order. Models differ (character trigrams: 0 to 0.6, OpenAI's: mostly 0.2
/// to 0.7), so the range is one that suits all of them. It is fixed, since a tutor's score must not
/// depend on who else is a candidate.
const COSINES: (f64, f64) = (0.1, 0.6);

/// Where the relevance comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Relevance {
    /// From the words that the order and the tutor's text share.
    Lexical,
    /// The cosine of their embeddings: nothing at 0.1 and below, full from 0.6 on.
    Cosine(f64),
}

/// The fits, and what the reasons are told from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Features {
    pub relevance: f64,
    pub price: f64,
    pub rating: f64,
    pub experience: f64,
    pub availability: f64,
    pub location: f64,
    /// How many of the order's words the tutor's text has.
    pub matched_words: usize,
    /// Minutes a week that both are free; 0 without a wish.
    pub shared_minutes: u32,
    pub place: Place,
}

/// How the two can meet, the best way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Online,
    SameCity,
    SameRegion,
    Apart,
}

impl Features {
    pub(super) fn new(
        order: &OrderFacts,
        candidate: &CandidateFacts,
        relevance: Relevance,
        reference: DateTime<Utc>,
    ) -> Self {
        let shared: Vec<&String> = order.text.intersection(&candidate.text).collect();
        let place = place(order, candidate);
        let shared_minutes = shared_minutes(order, candidate, reference);
        Self {
            relevance: match relevance {
                Relevance::Lexical => lexical(&order.text, &shared),
                Relevance::Cosine(cosine) => nearness(cosine),
            },
            price: price(order.budget_max, candidate.hourly_rate),
            rating: rating(candidate.rating_sum, candidate.rating_count),
            experience: ratio(candidate.experience_years, MOST_YEARS).sqrt(),
            availability: availability(order, shared_minutes),
            location: match place {
                Place::Online | Place::SameCity => 1.0,
                Place::SameRegion => 0.5,
                Place::Apart => 0.0,
            },
            matched_words: shared.len(),
            shared_minutes,
            place,
        }
    }
}

/// The share of the order's words that are found, longer ones counting more.
fn lexical(order: &BTreeSet<String>, shared: &[&String]) -> f64 {
    let weight = |stem: &String| stem.chars().count().min(LONGEST_WORD);
    let found: usize = shared.iter().map(|stem| weight(stem)).sum();
    let asked: usize = order.iter().map(weight).sum();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    unit(ratio(count(found), count(asked)) / ENOUGH_WORDS)
}

/// Where a cosine lies among those that occur.
fn nearness(cosine: f64) -> f64 {
    let (least, most) = COSINES;
    unit((cosine - least) / (most - least))
}

/// 1 within the budget, then down an S-curve to 0 at the highest rate that it reaches.
fn price(budget_max: i64, hourly_rate: i64) -> f64 {
    if hourly_rate <= budget_max {
        return 1.0;
    }
    let room = highest_rate(budget_max).saturating_sub(budget_max);
    if room <= 0 {
        return 0.0;
    }
    let over = ratio(hourly_rate.saturating_sub(budget_max), room);
    1.0 - over * over * (3.0 - 2.0 * over)
}

/// The Bayesian mean of the ratings, 1 star as 0 and 5 stars as 1.
fn rating(sum: i64, count: i64) -> f64 {
    let count = count.max(0);
    let sum = sum.clamp(count, count.saturating_mul(5));
    let prior = number(PRIOR_COUNT);
    let mean = (prior * PRIOR_RATING + number(sum)) / (prior + number(count));
    unit((mean - 1.0) / 4.0)
}

/// Whether there is room for the week's lessons: the minutes that both have, of those that are
/// enough or, if fewer are wished, of all of them. An order without a wish suits everyone.
fn availability(order: &OrderFacts, shared_minutes: u32) -> f64 {
    match &order.availability {
        Some(wish) if !wish.is_empty() => {
            let enough = wish.total_minutes().min(ENOUGH_MINUTES);
            ratio(i64::from(shared_minutes), i64::from(enough))
        }
        _ => 1.0,
    }
}

fn shared_minutes(order: &OrderFacts, candidate: &CandidateFacts, reference: DateTime<Utc>) -> u32 {
    let Some(wish) = &order.availability else {
        return 0;
    };
    match order.time_zone {
        // One clock for both: no week is needed, nor can one distort the answer.
        Some(zone) if zone != candidate.time_zone => wish.overlap_minutes_in(
            zone,
            &candidate.availability,
            candidate.time_zone,
            reference,
        ),
        _ => wish.overlap_minutes(&candidate.availability),
    }
}

fn place(order: &OrderFacts, candidate: &CandidateFacts) -> Place {
    let both = |format| order.formats.contains(&format) && candidate.formats.contains(&format);
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    if both(LessonFormat::Online) {
        Place::Online
    } else if !both(LessonFormat::Offline) {
        Place::Apart
    } else if same(&order.city_folded, &candidate.city_folded) {
        Place::SameCity
    } else if same(&order.region_folded, &candidate.region_folded) {
        Place::SameRegion
    } else {
        Place::Apart
    }
}

/// `part / whole` from 0 to 1; 0 of nothing.
fn ratio(part: i64, whole: i64) -> f64 {
    if part <= 0 || whole <= 0 {
        return 0.0;
    }
    unit(number(part) / number(whole))
}

/// A count or an amount as a float: exact below 2³¹, which every one of ours is, and the nearest
/// end beyond.
fn number(value: i64) -> f64 {
    let nearest_end = if value < 0 { i32::MIN } else { i32::MAX };
    f64::from(i32::try_from(value).unwrap_or(nearest_end))
}

/// Brought into 0 to 1; what is no number is no fit.
fn unit(value: f64) -> f64 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}
