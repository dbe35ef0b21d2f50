//! What holds of every score, whatever the numbers.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::tests::{reference, week};
use super::*;

fn any_number() -> impl Strategy<Value = i64> {
    prop_oneof![
        prop::sample::select(vec![i64::MIN, -1, 0, 1, i64::MAX]),
        -100..300_000_i64,
        any::<i64>(),
    ]
}

fn any_formats() -> impl Strategy<Value = BTreeSet<LessonFormat>> {
    prop::sample::subsequence(vec![LessonFormat::Online, LessonFormat::Offline], 0..=2)
        .prop_map(|formats| formats.into_iter().collect())
}

fn any_text() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set("[а-г]{0,2}", 0..6)
}

fn any_place() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[аб]")
}

prop_compose! {
    fn any_order()(
        text in any_text(),
        budget_max in any_number(),
        formats in any_formats(),
        city_folded in any_place(),
        region_folded in any_place(),
        wishes in any::<bool>(),
    ) -> OrderFacts {
        let availability = wishes.then(|| week("friday", "10:00-12:00"));
        let time_zone = Some(Tz::Asia__Yekaterinburg);
        OrderFacts { text, budget_max, formats, city_folded, region_folded, availability, time_zone }
    }
}

prop_compose! {
    fn any_candidate()(
        id in 0..4_u128,
        text in any_text(),
        numbers in [any_number(), any_number(), any_number(), any_number()],
        formats in any_formats(),
        city_folded in any_place(),
        region_folded in any_place(),
        premium_ends_in in proptest::option::of(-9..9_i64),
    ) -> CandidateFacts {
        let [hourly_rate, rating_sum, rating_count, experience_years] = numbers;
        CandidateFacts {
            tutor_id: Uuid::from_u128(id), text, hourly_rate, rating_sum, rating_count,
            experience_years, formats, city_folded, region_folded,
            availability: week("friday", "08:00-09:00"), time_zone: Tz::Europe__Moscow,
            premium_until: premium_ends_in.map(|days| reference() + TimeDelta::days(days)),
        }
    }
}

fn any_relevance() -> impl Strategy<Value = Relevance> {
    prop_oneof![
        Just(Relevance::Lexical),
        prop::num::f64::ANY.prop_map(Relevance::Cosine)
    ]
}

proptest! {
    #[test]
    fn a_score_is_the_sum_of_its_contributions_and_within_its_bounds(
        order in any_order(),
        candidate in any_candidate(),
        relevance in any_relevance(),
    ) {
        let scored = score(&order, &candidate, relevance, reference());
        let Contributions { relevance, price, rating, experience, availability, location, premium_boost } =
            scored.contributions;
        let bounds = [
            (relevance, RELEVANCE_WEIGHT),
            (price, PRICE_WEIGHT),
            (rating, RATING_WEIGHT),
            (experience, EXPERIENCE_WEIGHT),
            (availability, AVAILABILITY_WEIGHT),
            (location, LOCATION_WEIGHT),
            (premium_boost, PREMIUM_BOOST),
        ];
        for (part, weight) in bounds {
            prop_assert!((0.0..=weight).contains(&part), "{part} of {weight}");
            prop_assert_eq!(six_decimals(part), part);
        }
        // In whole millionths, where adding is exact.
        let millionths = |value: f64| (value * 1e6).round() as i64;
        let sum: i64 = bounds.iter().map(|(part, _)| millionths(*part)).sum();
        prop_assert_eq!(millionths(scored.score), sum);
        prop_assert!((0.0..=1.0).contains(&scored.score));
    }

    #[test]
    fn a_boost_is_always_disclosed_and_nothing_else_is_called_premium(
        order in any_order(),
        candidate in any_candidate(),
    ) {
        let scored = score(&order, &candidate, Relevance::Lexical, reference());
        let disclosed = scored.reasons.contains(&Reason::Premium);
        prop_assert_eq!(disclosed, scored.contributions.premium_boost > 0.0);
    }

    #[test]
    fn a_higher_price_is_never_a_better_fit(
        order in any_order(),
        candidate in any_candidate(),
        rates in [any_number(), any_number()],
    ) {
        let price = |hourly_rate| {
            let candidate = CandidateFacts { hourly_rate, ..candidate.clone() };
            score(&order, &candidate, Relevance::Lexical, reference()).contributions.price
        };
        prop_assert!(price(rates[0].min(rates[1])) >= price(rates[0].max(rates[1])));
    }

    #[test]
    fn a_ranking_does_not_depend_on_the_order_of_its_input(
        order in any_order(),
        candidates in prop::collection::vec(any_candidate(), 0..8),
    ) {
        let scored: Vec<Scored> = candidates
            .iter()
            .map(|candidate| score(&order, candidate, Relevance::Lexical, reference()))
            .collect();
        let reversed = scored.iter().rev().cloned().collect();
        let places = |ranked: Vec<Scored>| -> Vec<(f64, Uuid)> {
            ranked.into_iter().map(|scored| (scored.score, scored.tutor_id)).collect()
        };
        let ranked = places(rank(scored));
        prop_assert!(ranked.is_sorted_by(|a, b| a.0 > b.0 || (a.0 == b.0 && a.1 <= b.1)));
        prop_assert_eq!(ranked, places(rank(reversed)));
    }
}
