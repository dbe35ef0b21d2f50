//! What would become of an order with a tutor: the truth that rankings are held against.
//!
//! Success is a product: one thing that is missing spoils the rest, as in life, and unlike any sum of
//! features. None of its numbers is taken from a score, and luck, which nobody foresees, is part of it.

use domain::lesson_format::LessonFormat;

use crate::dice::Dice;
use crate::market::order::Order;
use crate::market::tutor::Tutor;

/// How well a tutor suits an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// Wouldn't work.
    Wrong,
    /// Would do.
    Fair,
    Good,
    /// The student would thank us.
    Perfect,
}

impl Grade {
    pub(crate) fn of(success: f64) -> Self {
        if success >= 0.40 {
            Self::Perfect
        } else if success >= 0.26 {
            Self::Good
        } else if success >= 0.14 {
            Self::Fair
        } else {
            Self::Wrong
        }
    }

    /// The usual gain of NDCG, 2^grade − 1.
    pub(crate) fn gain(self) -> u8 {
        match self {
            Self::Wrong => 0,
            Self::Fair => 1,
            Self::Good => 3,
            Self::Perfect => 7,
        }
    }
}

/// What one could expect who knew everything but luck, from 0 to 1.
pub(crate) fn expected_success(order: &Order, tutor: &Tutor) -> f64 {
    matter(order, tutor)
        * teaching(order, tutor)
        * hours(order, tutor)
        * price(order, tutor)
        * place(order, tutor)
}

/// Two people get on or they don't.
pub(crate) fn luck(dice: &mut Dice) -> f64 {
    (1.0 + 0.25 * dice.bell()).max(0.0)
}

/// Whether the tutor teaches what is needed, in the way that is liked.
fn matter(order: &Order, tutor: &Tutor) -> f64 {
    let is_main = tutor.nature.subjects.first() == Some(&order.need.subject);
    // Of a subject that is taught besides no topic is a strong one.
    let of_main = tutor.nature.topics.get(order.need.topic).copied();
    let topic = of_main.filter(|_| is_main).unwrap_or(0.4);
    let is_liked = order
        .need
        .manner
        .is_none_or(|liked| liked == tutor.nature.manner);
    tutor.nature.skill(order.need.level) * (0.6 + 0.4 * topic) * if is_liked { 1.0 } else { 0.8 }
}

fn teaching(order: &Order, tutor: &Tutor) -> f64 {
    let years = f64::from(tutor.nature.years.min(15)) / 15.0;
    let esteem = if order.need.trusts_years {
        0.6 * tutor.nature.quality + 0.4 * years
    } else {
        tutor.nature.quality
    };
    0.35 + 0.65 * esteem
}

/// A lesson takes an hour that both really have.
fn hours(order: &Order, tutor: &Tutor) -> f64 {
    let shared = order.need.hours.intersection(&tutor.nature.free).count();
    if shared >= order.need.lessons_a_week {
        1.0
    } else if order.need.is_flexible {
        0.85
    } else if shared > 0 {
        0.6
    } else {
        0.3
    }
}

/// Some are glad of every rouble that is left; others take the budget for what it is there for. Few
/// who name a limit mean exactly that.
fn price(order: &Order, tutor: &Tutor) -> f64 {
    let rate = roubles(tutor.facts.hourly_rate);
    let of_budget = rate / roubles(order.facts.budget_max).max(1.0);
    match (order.need.is_thrifty, of_budget > 1.0) {
        (true, true) => 0.4,
        (true, false) => 1.0 - 0.35 * ((of_budget - 0.5) / 0.5).clamp(0.0, 1.0),
        (false, true) => 0.85,
        (false, false) => 1.0,
    }
}

fn place(order: &Order, tutor: &Tutor) -> f64 {
    let both =
        |format| order.facts.formats.contains(&format) && tutor.facts.formats.contains(&format);
    let meets = both(LessonFormat::Offline) && order.facts.city_folded == tutor.facts.city_folded;
    let way = if order.need.is_city_large && order.need.district != tutor.nature.district {
        0.8
    } else {
        1.0
    };
    if meets && (order.need.prefers_offline || !both(LessonFormat::Online)) {
        way
    } else if order.need.prefers_offline {
        0.75
    } else {
        1.0
    }
}

fn roubles(kopecks: i64) -> f64 {
    f64::from(i32::try_from(kopecks / 100).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Plan;
    use crate::market::Market;
    use crate::market::level::Level;

    /// A pair for whom everything is as it should be.
    fn well_matched() -> (Order, Tutor) {
        let Market {
            mut tutors,
            mut orders,
        } = Market::new(Plan {
            tutors: 1,
            orders: 1,
            ..Plan::default()
        });
        let (mut order, mut tutor) = (orders.remove(0), tutors.remove(0));
        order.need.level = Level::Exam;
        order.need.manner = None;
        order.need.is_thrifty = false;
        order.need.trusts_years = false;
        order.need.prefers_offline = false;
        order.need.is_flexible = false;
        order.need.lessons_a_week = 1;
        order.need.hours = [10, 11].into();
        order.facts.formats = [LessonFormat::Online].into();
        order.facts.budget_max = 200_000;
        tutor.facts.formats = [LessonFormat::Online].into();
        tutor.facts.hourly_rate = 150_000;
        tutor.nature.subjects = vec![order.need.subject];
        tutor.nature.main = Level::Exam;
        tutor.nature.second = None;
        tutor.nature.topics = [1.0; 4];
        tutor.nature.quality = 1.0;
        tutor.nature.free = [11].into();
        (order, tutor)
    }

    fn grade(change: impl FnOnce(&mut Order, &mut Tutor)) -> Grade {
        let (mut order, mut tutor) = well_matched();
        change(&mut order, &mut tutor);
        Grade::of(expected_success(&order, &tutor))
    }

    #[test]
    fn who_has_everything_is_perfect() {
        let (order, tutor) = well_matched();
        assert_eq!(expected_success(&order, &tutor), 1.0);
        assert_eq!(grade(|_, _| ()), Grade::Perfect);
    }

    #[test]
    fn one_thing_that_is_missing_spoils_the_rest() {
        assert_eq!(
            grade(|_, tutor| tutor.nature.main = Level::Adults),
            Grade::Fair
        );
        assert_eq!(grade(|_, tutor| tutor.nature.quality = 0.0), Grade::Good);
        assert_eq!(grade(|_, tutor| tutor.nature.free.clear()), Grade::Good);
    }

    #[test]
    fn what_is_published_does_not_move_the_truth() {
        let (order, mut tutor) = well_matched();
        let before = expected_success(&order, &tutor);
        tutor.text = "Беру всех.".to_owned();
        tutor.facts.text.clear();
        (tutor.facts.rating_sum, tutor.facts.rating_count) = (5, 5);
        tutor.facts.experience_years = 60;
        tutor.facts.availability = Default::default();
        tutor.facts.premium_until = match tutor.facts.premium_until {
            Some(_) => None,
            None => Some(chrono::DateTime::UNIX_EPOCH),
        };
        assert_eq!(expected_success(&order, &tutor), before);
    }

    #[test]
    fn who_is_thrifty_minds_a_price_that_others_do_not() {
        let at = |is_thrifty, rate| {
            let (mut order, mut tutor) = well_matched();
            order.need.is_thrifty = is_thrifty;
            tutor.facts.hourly_rate = rate;
            expected_success(&order, &tutor)
        };
        assert_eq!(at(false, 100_000), at(false, 200_000));
        assert!(at(true, 100_000) > at(true, 200_000));
        assert!(at(false, 210_000) > at(true, 210_000));
    }

    #[test]
    fn a_published_week_and_its_hours_in_utc_are_the_same_time() {
        let market = Market::new(Plan {
            tutors: 40,
            orders: 40,
            ..Plan::default()
        });
        for order in &market.orders {
            let Some(wish) = &order.facts.availability else {
                continue;
            };
            let hours = u32::try_from(order.need.hours.len()).unwrap();
            assert_eq!(wish.total_minutes(), 60 * hours);
            for tutor in &market.tutors {
                let shared = order.need.hours.intersection(&tutor.nature.free).count();
                let published = wish.overlap_minutes_in(
                    order.facts.time_zone.unwrap(),
                    &tutor.facts.availability,
                    tutor.facts.time_zone,
                    "2026-02-04T12:00:00Z".parse().unwrap(),
                );
                // Some of the published hours are taken, and none that isn't published is free.
                assert!(60 * u32::try_from(shared).unwrap() <= published);
            }
        }
    }
}
