//! The formula of the platform that this one replaces, as a baseline.
//!
//! Its weights are on record: rating 0.3, price closeness 0.2, experience 0.2, review count 0.1, place
//! 0.1, similarity 0.1. How each part was scaled is not, so each is given its plainest reading. Its
//! embeddings never worked, so the similarity is the share of the order's words that the profile has.

use domain::lesson_format::LessonFormat;
use domain::matching::{CandidateFacts, OrderFacts};

const STARS: f64 = 5.0;
const ENOUGH_YEARS: f64 = 10.0;
const ENOUGH_REVIEWS: f64 = 50.0;
/// Online, from anywhere, is worth half of the same city.
const ELSEWHERE: f64 = 0.5;

pub(crate) fn score(order: &OrderFacts, tutor: &CandidateFacts) -> f64 {
    let stars = number(tutor.rating_sum) / number(tutor.rating_count.max(1)) / STARS;
    let budget = number(order.budget_max).max(1.0);
    let closeness = 1.0 - (number(tutor.hourly_rate) - budget).abs() / budget;
    let experience = number(tutor.experience_years) / ENOUGH_YEARS;
    let reviews = number(tutor.rating_count) / ENOUGH_REVIEWS;
    0.3 * stars
        + 0.2 * closeness.max(0.0)
        + 0.2 * experience.min(1.0)
        + 0.1 * reviews.min(1.0)
        + 0.1 * place(order, tutor)
        + 0.1 * similarity(order, tutor)
}

fn place(order: &OrderFacts, tutor: &CandidateFacts) -> f64 {
    if order.city_folded == tutor.city_folded {
        1.0
    } else if tutor.formats.contains(&LessonFormat::Online) {
        ELSEWHERE
    } else {
        0.0
    }
}

fn similarity(order: &OrderFacts, tutor: &CandidateFacts) -> f64 {
    let shared = order.text.intersection(&tutor.text).count();
    count(shared) / count(order.text.len()).max(1.0)
}

fn number(value: i64) -> f64 {
    f64::from(i32::try_from(value).unwrap_or(i32::MAX))
}

fn count(value: usize) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono_tz::Tz;
    use domain::availability::WeeklyAvailability;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_tutor_who_has_everything_scores_one() {
        let text: BTreeSet<String> = ["егэ".to_owned()].into();
        let order = OrderFacts {
            text: text.clone(),
            budget_max: 100_000,
            city_folded: Some("казань".to_owned()),
            ..OrderFacts::default()
        };
        let mut tutor = CandidateFacts {
            tutor_id: Uuid::nil(),
            text,
            hourly_rate: 100_000,
            rating_sum: 250,
            rating_count: 50,
            experience_years: 10,
            formats: [LessonFormat::Online].into(),
            city_folded: Some("казань".to_owned()),
            region_folded: None,
            availability: WeeklyAvailability::default(),
            time_zone: Tz::Europe__Moscow,
            premium_until: None,
        };
        assert!((score(&order, &tutor) - 1.0).abs() < 1e-9);
        (tutor.rating_sum, tutor.rating_count) = (0, 0);
        assert!((score(&order, &tutor) - 0.6).abs() < 1e-9);
        tutor.hourly_rate = 50_000;
        tutor.city_folded = None;
        assert!((score(&order, &tutor) - 0.45).abs() < 1e-9);
    }
}
