//! Every order with its candidates: what each engine thinks of them, and how well they really suit.

use chrono::{DateTime, Utc};
use domain::lesson_format::LessonFormat;
use domain::matching::{
    CANDIDATE_LIMIT, CandidateFacts, Contributions, OrderFacts, Relevance, highest_rate, score,
};
use openai_fake::trigrams;
use uuid::Uuid;

use crate::Plan;
use crate::dice::{Dice, Purpose};
use crate::market::Market;
use crate::market::order::Order;
use crate::market::tutor::Tutor;
use crate::old_platform;
use crate::truth::{Grade, expected_success, luck};

/// As the server asks for by default (`OPENAI_EMBEDDING_DIMENSIONS`).
const DIMENSIONS: usize = 512;

/// A candidate of an order, judged.
#[derive(Debug, Clone)]
pub struct Judged {
    pub tutor_id: Uuid,
    /// 2^grade − 1 of the hidden grade, 0 to 3.
    pub gain: u8,
    /// What could be expected who knew all but luck.
    pub expected_success: f64,
    pub old_platform: f64,
    /// Greater is better; see [`by_rating`].
    pub by_rating: f64,
    pub rules: Contributions,
    pub semantic: Contributions,
    /// Of the two texts' embeddings.
    pub cosine: f64,
}

/// The candidates of one order.
pub type JudgedOrder = Vec<Judged>;

/// Judges every order of a market that is made up by the plan. Equal plans give equal judgements.
pub fn judge(plan: Plan, progress: &mut dyn FnMut(usize, usize)) -> Vec<JudgedOrder> {
    let market = Market::new(plan);
    let embeddings: Vec<Vec<f32>> = market
        .tutors
        .iter()
        .map(|tutor| trigrams::embed(&tutor.text, DIMENSIONS))
        .collect();
    let mut dice = Dice::new(plan.seed, Purpose::Luck);
    let mut judged = Vec::new();
    for (done, order) in (1..).zip(&market.orders) {
        let embedding = trigrams::embed(&order.text, DIMENSIONS);
        judged.push(
            candidates(order, &market.tutors, &embeddings)
                .into_iter()
                .map(|(tutor, theirs)| one(order, tutor, cosine(&embedding, theirs), &mut dice))
                .collect(),
        );
        progress(done, market.orders.len());
    }
    judged
}

fn one(order: &Order, tutor: &Tutor, cosine: f64, dice: &mut Dice) -> Judged {
    let expected_success = expected_success(order, tutor);
    let by = |relevance| score(&order.facts, &tutor.facts, relevance, week()).contributions;
    Judged {
        tutor_id: tutor.facts.tutor_id,
        gain: Grade::of(expected_success * luck(dice)).gain(),
        expected_success,
        old_platform: old_platform::score(&order.facts, &tutor.facts),
        by_rating: by_rating(&tutor.facts),
        rules: by(Relevance::Lexical),
        semantic: by(Relevance::Cosine(cosine)),
        cosine,
    }
}

/// The week in which clocks are compared: any will do, none of these zones changes its clock.
fn week() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

/// Those who pass the hard filters, as the database would find them: the best [`CANDIDATE_LIMIT`] by
/// rating. Everybody in the market is verified and visible.
fn candidates<'a>(
    order: &Order,
    tutors: &'a [Tutor],
    embeddings: &'a [Vec<f32>],
) -> Vec<(&'a Tutor, &'a [f32])> {
    let mut found: Vec<(&Tutor, &[f32])> = tutors
        .iter()
        .zip(embeddings)
        .filter(|(tutor, _)| tutor.nature.subjects.contains(&order.need.subject))
        .filter(|(tutor, _)| passes(&order.facts, &tutor.facts))
        .map(|(tutor, embedding)| (tutor, embedding.as_slice()))
        .collect();
    found.sort_by(|(a, _), (b, _)| {
        let by_rating = by_rating(&b.facts).total_cmp(&by_rating(&a.facts));
        by_rating.then_with(|| a.facts.tutor_id.cmp(&b.facts.tutor_id))
    });
    found.truncate(usize::try_from(CANDIDATE_LIMIT).unwrap_or(usize::MAX));
    found
}

fn passes(order: &OrderFacts, tutor: &CandidateFacts) -> bool {
    let both = |format| order.formats.contains(&format) && tutor.formats.contains(&format);
    let meets = both(LessonFormat::Offline) && order.city_folded == tutor.city_folded;
    tutor.hourly_rate <= highest_rate(order.budget_max) && (both(LessonFormat::Online) || meets)
}

/// The mean to a thousandth, then how many ratings, then years: what a list by rating goes by.
fn by_rating(tutor: &CandidateFacts) -> f64 {
    let mean_milli = tutor.rating_sum * 1_000 / tutor.rating_count.max(1);
    let number = |value: i64| f64::from(i32::try_from(value).unwrap_or(i32::MAX));
    // Fewer than a million ratings and a hundred years: no part reaches the one above it.
    number(mean_milli) * 1e8 + number(tutor.rating_count) * 100.0 + number(tutor.experience_years)
}

/// Embeddings have length 1.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| f64::from(*x) * f64::from(*y))
        .sum()
}
