//! Why a tutor is proposed, in our own words. Reasons are data made of numbers and facts, stored
//! with a match and worded when it is shown; no text of a tutor or a model can get into one.

use serde::{Deserialize, Serialize};

use super::features::{Features, Place};
use super::{CandidateFacts, OrderFacts, highest_rate};
use crate::language::Language;

/// Fewer reviews are praise of few.
const ENOUGH_REVIEWS: i64 = 3;
/// In tenths of a star.
const HIGH_RATING_TENTHS: i64 = 45;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// So many of the order's words are in the tutor's profile.
    SubjectWords {
        matched: u32,
    },
    WithinBudget,
    SlightlyAboveBudget,
    HighRating {
        /// The plain mean, in tenths of a star.
        mean_tenths: u32,
        count: u32,
    },
    /// No reviews yet.
    NewTutor,
    Experience {
        years: u32,
    },
    /// Full hours a week in which both are free.
    TimesOverlap {
        hours: u32,
    },
    Online,
    SameCity,
    SameRegion,
    /// The score was raised for money. Present whenever it was.
    Premium,
}

/// The reasons in the order of the contributions they explain.
pub(super) fn collect(
    order: &OrderFacts,
    candidate: &CandidateFacts,
    features: &Features,
    is_premium: bool,
) -> Vec<Reason> {
    [
        words(features),
        price(order, candidate),
        rating(candidate),
        experience(candidate),
        hours(features),
        place(features),
        is_premium.then_some(Reason::Premium),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn words(features: &Features) -> Option<Reason> {
    let matched = u32::try_from(features.matched_words).unwrap_or(u32::MAX);
    (matched > 0).then_some(Reason::SubjectWords { matched })
}

fn price(order: &OrderFacts, candidate: &CandidateFacts) -> Option<Reason> {
    if candidate.hourly_rate <= order.budget_max {
        Some(Reason::WithinBudget)
    } else if candidate.hourly_rate <= highest_rate(order.budget_max) {
        Some(Reason::SlightlyAboveBudget)
    } else {
        None
    }
}

fn rating(candidate: &CandidateFacts) -> Option<Reason> {
    let count = candidate.rating_count;
    if count <= 0 {
        return Some(Reason::NewTutor);
    }
    let tenths = candidate.rating_sum.saturating_mul(10) / count;
    let mean_tenths = tenths.clamp(10, 50);
    (count >= ENOUGH_REVIEWS && mean_tenths >= HIGH_RATING_TENTHS).then(|| Reason::HighRating {
        mean_tenths: count_of(mean_tenths),
        count: count_of(count),
    })
}

fn experience(candidate: &CandidateFacts) -> Option<Reason> {
    let years = count_of(candidate.experience_years);
    (years > 0).then_some(Reason::Experience { years })
}

fn hours(features: &Features) -> Option<Reason> {
    let hours = features.shared_minutes / 60;
    (hours > 0).then_some(Reason::TimesOverlap { hours })
}

fn place(features: &Features) -> Option<Reason> {
    match features.place {
        Place::Online => Some(Reason::Online),
        Place::SameCity => Some(Reason::SameCity),
        Place::SameRegion => Some(Reason::SameRegion),
        Place::Apart => None,
    }
}

fn count_of(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

impl Reason {
    /// One sentence for a student, without a full stop.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Ru => self.russian(),
            Language::En => self.english(),
        }
    }

    fn russian(self) -> String {
        match self {
            Self::SubjectWords { matched } => {
                let words = russian_plural(matched, ["слово", "слова", "слов"]);
                format!("В профиле есть {matched} {words} из вашего заказа")
            }
            Self::WithinBudget => "Цена в пределах вашего бюджета".into(),
            Self::SlightlyAboveBudget => "Цена немного выше вашего бюджета".into(),
            Self::HighRating { mean_tenths, count } => {
                let reviews = russian_plural(count, ["отзыв", "отзыва", "отзывов"]);
                let (stars, tenths) = (mean_tenths / 10, mean_tenths % 10);
                format!("Высокая оценка: {stars},{tenths} ({count} {reviews})")
            }
            Self::NewTutor => "Новый репетитор: отзывов пока нет".into(),
            Self::Experience { years } => {
                let unit = russian_plural(years, ["год", "года", "лет"]);
                format!("Опыт преподавания: {years} {unit}")
            }
            Self::TimesOverlap { hours } => {
                let unit = russian_plural(hours, ["час", "часа", "часов"]);
                format!("Подходящее вам время: {hours} {unit} в неделю")
            }
            Self::Online => "Занимается онлайн".into(),
            Self::SameCity => "Занимается в вашем городе".into(),
            Self::SameRegion => "Занимается в вашем регионе".into(),
            Self::Premium => "Премиум-профиль: платное продвижение".into(),
        }
    }

    fn english(self) -> String {
        match self {
            Self::SubjectWords { matched } => {
                let words = english_plural(matched, "word", "words");
                format!("The profile has {matched} {words} of your order")
            }
            Self::WithinBudget => "The price is within your budget".into(),
            Self::SlightlyAboveBudget => "The price is slightly above your budget".into(),
            Self::HighRating { mean_tenths, count } => {
                let reviews = english_plural(count, "review", "reviews");
                let (stars, tenths) = (mean_tenths / 10, mean_tenths % 10);
                format!("Highly rated: {stars}.{tenths} ({count} {reviews})")
            }
            Self::NewTutor => "A new tutor, no reviews yet".into(),
            Self::Experience { years } => {
                let unit = english_plural(years, "year", "years");
                format!("{years} {unit} of teaching experience")
            }
            Self::TimesOverlap { hours } => {
                let unit = english_plural(hours, "hour", "hours");
                format!("Free when you are: {hours} {unit} a week")
            }
            Self::Online => "Teaches online".into(),
            Self::SameCity => "Teaches in your city".into(),
            Self::SameRegion => "Teaches in your region".into(),
            Self::Premium => "Premium profile: paid promotion".into(),
        }
    }
}

/// The form that follows the number: for 1, for 2 to 4, for 5 and more (11 to 14 are such too).
fn russian_plural(count: u32, [one, few, many]: [&'static str; 3]) -> &'static str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

fn english_plural(count: u32, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
