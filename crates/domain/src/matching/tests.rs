use chrono::TimeDelta;

use super::*;
use crate::language::Language;
use crate::search::{content_stems, fold_phrase};

fn text(words: &str) -> BTreeSet<String> {
    content_stems(words).into_iter().collect()
}

pub(super) fn week(day: &str, range: &str) -> WeeklyAvailability {
    let api = [(day.to_owned(), vec![range.to_owned()])].into();
    WeeklyAvailability::parse(&api, "").unwrap()
}

pub(super) fn reference() -> DateTime<Utc> {
    "2026-02-04T12:00:00Z".parse().unwrap()
}

fn order() -> OrderFacts {
    OrderFacts {
        text: text("Подготовка к ЕГЭ по математике, тригонометрия"),
        budget_max: 200_000,
        formats: [LessonFormat::Online, LessonFormat::Offline].into(),
        city_folded: Some(fold_phrase("Казань")),
        region_folded: Some(fold_phrase("Республика Татарстан")),
        availability: Some(week("monday", "16:00-20:00")),
        time_zone: Some(Tz::Europe__Moscow),
    }
}

fn tutor() -> CandidateFacts {
    CandidateFacts {
        tutor_id: Uuid::from_u128(1),
        text: text("Готовлю к ЕГЭ. Математика"),
        hourly_rate: 150_000,
        rating_sum: 49,
        rating_count: 10,
        experience_years: 5,
        formats: [LessonFormat::Offline].into(),
        city_folded: Some(fold_phrase("КАЗАНЬ")),
        region_folded: Some(fold_phrase("Республика Татарстан")),
        availability: week("monday", "17:00-19:00"),
        time_zone: Tz::Europe__Moscow,
        premium_until: None,
    }
}

fn scored(candidate: &CandidateFacts) -> Scored {
    score(&order(), candidate, Relevance::Lexical, reference())
}

fn contributions(change: impl FnOnce(&mut CandidateFacts)) -> Contributions {
    let mut candidate = tutor();
    change(&mut candidate);
    scored(&candidate).contributions
}

#[test]
fn the_weights_and_the_boost_add_up_to_one() {
    let weights = RELEVANCE_WEIGHT
        + PRICE_WEIGHT
        + RATING_WEIGHT
        + EXPERIENCE_WEIGHT
        + AVAILABILITY_WEIGHT
        + LOCATION_WEIGHT;
    assert_eq!(six_decimals(weights), 0.95);
    assert_eq!(six_decimals(weights + PREMIUM_BOOST), 1.0);
}

#[test]
fn a_match_shows_all_its_reasons() {
    let reasons = scored(&CandidateFacts {
        premium_until: Some(reference() + TimeDelta::seconds(1)),
        ..tutor()
    })
    .reasons;
    assert_eq!(
        reasons,
        [
            Reason::SubjectWords { matched: 2 },
            Reason::WithinBudget,
            Reason::HighRating {
                mean_tenths: 49,
                count: 10
            },
            Reason::Experience { years: 5 },
            Reason::TimesOverlap { hours: 2 },
            Reason::SameCity,
            Reason::Premium,
        ]
    );
}

#[test]
fn a_price_within_the_budget_is_full_and_falls_to_nothing_at_the_tolerance() {
    let price = |rate| contributions(|tutor| tutor.hourly_rate = rate).price;
    assert_eq!([price(1), price(200_000)], [PRICE_WEIGHT; 2]);
    assert_eq!(price(210_000), PRICE_WEIGHT / 2.0);
    assert!(price(205_000) > price(215_000) && price(215_000) > 0.0);
    assert_eq!([price(220_000), price(i64::MAX)], [0.0; 2]);
    assert_eq!(highest_rate(200_000), 220_000);
}

#[test]
fn fifty_good_reviews_outweigh_one_perfect_review() {
    let rating = |sum, count| {
        let rated = |tutor: &mut CandidateFacts| {
            (tutor.rating_sum, tutor.rating_count) = (sum, count);
        };
        contributions(rated).rating
    };
    assert!(rating(240, 50) > rating(5, 1));
    assert!(rating(5, 1) > rating(0, 0));
    assert!(rating(0, 0) > rating(1, 1));
    assert_eq!(rating(0, 0), six_decimals(RATING_WEIGHT * 0.8));
}

#[test]
fn the_first_years_of_experience_count_most() {
    let experience = |years| contributions(|tutor| tutor.experience_years = years).experience;
    assert!(experience(2) - experience(0) > experience(12) - experience(10));
    assert_eq!([experience(20), experience(60)], [EXPERIENCE_WEIGHT; 2]);
    assert_eq!([experience(0), experience(-3)], [0.0; 2]);
}

#[test]
fn two_hours_in_common_are_room_enough_and_less_is_a_share_of_them() {
    let availability =
        |range| contributions(|t| t.availability = week("monday", range)).availability;
    assert_eq!(availability("10:00-16:00"), 0.0);
    assert_eq!(availability("19:00-22:00"), AVAILABILITY_WEIGHT / 2.0);
    assert_eq!(availability("17:00-19:00"), AVAILABILITY_WEIGHT);
    assert_eq!(availability("16:00-20:00"), AVAILABILITY_WEIGHT);
}

#[test]
fn of_a_short_wish_all_its_time_is_room_enough() {
    let order = OrderFacts {
        availability: Some(week("monday", "18:00-19:00")),
        ..order()
    };
    let availability = |range| {
        let candidate = CandidateFacts {
            availability: week("monday", range),
            ..tutor()
        };
        let scored = score(&order, &candidate, Relevance::Lexical, reference());
        scored.contributions.availability
    };
    assert_eq!(availability("17:00-20:00"), AVAILABILITY_WEIGHT);
    assert_eq!(availability("17:00-18:30"), AVAILABILITY_WEIGHT / 2.0);
}

#[test]
fn hours_are_compared_by_the_clock_of_either_side() {
    // Seven hours ahead of Moscow: 17:00 to 19:00 there is over before the student is free.
    let far = contributions(|tutor| tutor.time_zone = Tz::Asia__Vladivostok);
    assert_eq!(far.availability, 0.0);
    // An hour behind: 19:00 to 21:00 in Moscow, where the student is free until 20:00.
    let near = contributions(|tutor| {
        tutor.availability = week("monday", "18:00-20:00");
        tutor.time_zone = Tz::Europe__Kaliningrad;
    });
    assert_eq!(near.availability, AVAILABILITY_WEIGHT / 2.0);
}

#[test]
fn an_order_without_wished_hours_suits_everyone_alike() {
    for availability in [None, Some(WeeklyAvailability::default())] {
        let order = OrderFacts {
            availability,
            ..order()
        };
        let scored = score(&order, &tutor(), Relevance::Lexical, reference());
        assert_eq!(scored.contributions.availability, AVAILABILITY_WEIGHT);
        let about_hours = |reason: &Reason| matches!(reason, Reason::TimesOverlap { .. });
        assert!(!scored.reasons.iter().any(about_hours));
    }
}

#[test]
fn a_place_counts_only_where_the_two_meet() {
    let online = contributions(|tutor| {
        tutor.formats = [LessonFormat::Online].into();
        tutor.city_folded = None;
        tutor.region_folded = None;
    });
    let same_region = contributions(|tutor| tutor.city_folded = Some("набережные челны".into()));
    let elsewhere = contributions(|tutor| {
        tutor.city_folded = Some("москва".into());
        tutor.region_folded = Some("москва".into());
    });
    assert_eq!(online.location, LOCATION_WEIGHT);
    assert_eq!(contributions(|_| ()).location, LOCATION_WEIGHT);
    assert_eq!(same_region.location, LOCATION_WEIGHT / 2.0);
    assert_eq!(elsewhere.location, 0.0);
}

#[test]
fn no_city_on_either_side_is_not_the_same_city() {
    let order = OrderFacts {
        city_folded: None,
        region_folded: None,
        ..order()
    };
    let candidate = CandidateFacts {
        city_folded: None,
        region_folded: None,
        ..tutor()
    };
    let scored = score(&order, &candidate, Relevance::Lexical, reference());
    assert_eq!(scored.contributions.location, 0.0);
}

#[test]
fn more_of_the_orders_words_mean_more_relevance() {
    let relevance = |words| contributions(|tutor| tutor.text = text(words)).relevance;
    assert_eq!(relevance("химия и биология"), 0.0);
    assert!(relevance("егэ") > 0.0);
    assert!(relevance("тригонометрия") > relevance("егэ"));
    assert!(relevance("егэ, математика") > relevance("математика"));
}

#[test]
fn half_of_the_orders_words_are_as_good_as_all() {
    let relevance = |words| contributions(|tutor| tutor.text = text(words)).relevance;
    assert_eq!(relevance("математика и тригонометрия"), RELEVANCE_WEIGHT);
    assert_eq!(
        relevance("подготовка егэ математика тригонометрия"),
        RELEVANCE_WEIGHT
    );
    // The two words are 8 and 3 of the 27 characters that count.
    assert_eq!(
        relevance("егэ, математика"),
        six_decimals(RELEVANCE_WEIGHT * 22.0 / 27.0)
    );
}

#[test]
fn a_cosine_takes_the_place_of_the_words() {
    let relevance = |cosine| {
        let scored = score(&order(), &tutor(), Relevance::Cosine(cosine), reference());
        scored.contributions.relevance
    };
    assert_eq!(relevance(0.35), RELEVANCE_WEIGHT / 2.0);
    assert_eq!([relevance(0.6), relevance(1.5)], [RELEVANCE_WEIGHT; 2]);
    for nothing in [0.1, 0.0, -0.3, f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(relevance(nothing), 0.0);
    }
}

#[test]
fn of_equal_scores_the_lower_id_comes_first() {
    let with_id = |id| CandidateFacts {
        tutor_id: Uuid::from_u128(id),
        ..tutor()
    };
    let premium = CandidateFacts {
        premium_until: Some(reference() + TimeDelta::seconds(1)),
        ..with_id(9)
    };
    let ranked = rank(vec![
        scored(&with_id(3)),
        scored(&with_id(2)),
        scored(&premium),
    ]);
    let ids: Vec<u128> = ranked
        .iter()
        .map(|scored| scored.tutor_id.as_u128())
        .collect();
    assert_eq!(ids, [9, 2, 3]);
}

#[test]
fn numbers_take_the_right_russian_plural() {
    let years = |years| Reason::Experience { years }.sentence(Language::Ru);
    assert_eq!(years(1), "Опыт преподавания: 1 год");
    assert_eq!(years(2), "Опыт преподавания: 2 года");
    assert_eq!(years(5), "Опыт преподавания: 5 лет");
    assert_eq!(years(11), "Опыт преподавания: 11 лет");
    assert_eq!(years(21), "Опыт преподавания: 21 год");
    assert_eq!(years(112), "Опыт преподавания: 112 лет");
    let rated = |count| {
        Reason::HighRating {
            mean_tenths: 48,
            count,
        }
        .sentence(Language::Ru)
    };
    assert_eq!(rated(1), "Высокая оценка: 4,8 (1 отзыв)");
    assert_eq!(rated(3), "Высокая оценка: 4,8 (3 отзыва)");
    assert_eq!(rated(14), "Высокая оценка: 4,8 (14 отзывов)");
    let hours = |hours| Reason::TimesOverlap { hours }.sentence(Language::Ru);
    assert_eq!(hours(1), "Подходящее вам время: 1 час в неделю");
    assert_eq!(hours(22), "Подходящее вам время: 22 часа в неделю");
}

#[test]
fn numbers_take_the_right_english_plural() {
    let years = |years| Reason::Experience { years }.sentence(Language::En);
    assert_eq!(years(1), "1 year of teaching experience");
    assert_eq!(years(2), "2 years of teaching experience");
    let rated = Reason::HighRating {
        mean_tenths: 50,
        count: 1,
    };
    assert_eq!(rated.sentence(Language::En), "Highly rated: 5.0 (1 review)");
}

#[test]
fn a_stored_reason_is_an_object_with_its_kind() {
    let stored = serde_json::to_value(Reason::TimesOverlap { hours: 3 }).unwrap();
    assert_eq!(
        stored,
        serde_json::json!({"kind": "times_overlap", "hours": 3})
    );
    let read: Reason = serde_json::from_value(stored).unwrap();
    assert_eq!(read, Reason::TimesOverlap { hours: 3 });
}
