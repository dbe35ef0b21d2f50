//! The filters and orders of the public list.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use domain::lesson_format::LessonFormat;
use domain::money::MAX_PRICE_MINOR;
use domain::review::shown_from;
use domain::search::{fold_phrase, query_stems};
use domain::text_enum::TextEnum;
use domain::validation::{FieldProblem, Violations, within};
use persistence::tutor_listing::{TutorFilter, TutorSort};
use persistence::{Db, PageRequest, subjects};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::request::{list_by, page_request};

/// What to look for, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TutorListParams {
    /// Words that must all be found in name, subjects, city or bio.
    pub q: Option<String>,
    /// A subject's slug.
    #[param(example = "matematika")]
    pub subject: Option<String>,
    pub city: Option<String>,
    /// `online` or `offline`.
    pub format: Option<String>,
    /// 0 to 5.
    pub min_rating: Option<f64>,
    /// Kopecks an hour.
    pub min_rate: Option<i64>,
    /// Kopecks an hour.
    pub max_rate: Option<i64>,
    /// Years.
    pub min_experience: Option<i64>,
    pub verified: Option<bool>,
    pub premium: Option<bool>,
    /// With `available_to`: free the whole time, by their hours and their bookings. RFC 3339.
    #[param(example = "2026-12-01T15:00:00Z")]
    pub available_from: Option<DateTime<Utc>>,
    /// At most a day after `available_from`.
    #[param(example = "2026-12-01T16:00:00Z")]
    pub available_to: Option<DateTime<Utc>>,
    /// `relevance` (default), `rating`, `rate`, `-rate`, `experience`, `newest`.
    pub sort: Option<String>,
    /// 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The parameters, checked.
#[derive(Debug)]
pub struct TutorQuery {
    pub filter: TutorFilter,
    pub sort: TutorSort,
    pub page: PageRequest,
}

impl TutorListParams {
    /// # Errors
    /// Everything that is wrong with the parameters.
    pub async fn parse(self, db: &Db) -> Result<TutorQuery, Problem> {
        let mut wrong = Violations::default();
        let sort = wrong.take("sort", one_of(self.sort.as_deref(), TutorSort::Relevance));
        let format = wrong.take("format", format(self.format.as_deref()));
        let rating = wrong.take("min_rating", rating_milli(self.min_rating));
        let bounded =
            |value: Option<i64>, min, max| value.map(|value| within(value, min, max)).transpose();
        let min_rate = wrong.take("min_rate", bounded(self.min_rate, 0, MAX_PRICE_MINOR));
        let max_rate = wrong.take("max_rate", bounded(self.max_rate, 0, MAX_PRICE_MINOR));
        let years = wrong.take("min_experience", bounded(self.min_experience, 0, 80));
        let available = available(self.available_from, self.available_to, &mut wrong);
        let words = self.q.unwrap_or_default();
        if words.chars().count() > 200 {
            wrong.add("q", FieldProblem::TooLong { max: 200 });
        }
        let subject_id = match self.subject.as_deref() {
            None => None,
            Some(slug) => {
                let found = subjects::find_by_slug(db, slug).await?;
                if found.is_none() {
                    wrong.add("subject", FieldProblem::Unknown);
                }
                found.map(|subject| subject.id)
            }
        };
        wrong.into_result().map_err(Problem::invalid_query)?;
        let sort = sort.unwrap_or(TutorSort::Relevance);
        let filter = TutorFilter {
            stems: query_stems(&words),
            subject_id,
            city: self.city.as_deref().map(fold_phrase),
            format: format.flatten(),
            min_rating_milli: rating.flatten(),
            min_rate: min_rate.flatten(),
            max_rate: max_rate.flatten(),
            min_experience: years.flatten(),
            verified: self.verified,
            premium: self.premium,
            available,
        };
        let list = list_by("tutors", &(&filter, sort));
        let page = page_request(&list, self.limit, self.cursor.as_deref())?;
        Ok(TutorQuery { filter, sort, page })
    }
}

/// A time in which somebody wants a lesson: both ends or neither, at most a day.
fn available(
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    wrong: &mut Violations,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    for (name, time) in [("available_from", from), ("available_to", to)] {
        // Calendars of other ages are beyond what clocks and databases know.
        if time.is_some_and(|time| !(1970..=9999).contains(&time.year())) {
            let expected = "a time between 1970 and 9999";
            wrong.add(name, FieldProblem::InvalidFormat { expected });
            return None;
        }
    }
    match (from, to) {
        (Some(from), Some(to)) if from < to && to - from <= TimeDelta::days(1) => {
            return Some((from, to));
        }
        (Some(_), Some(_)) => wrong.add(
            "available_to",
            FieldProblem::Conflicts {
                other: "available_from",
            },
        ),
        (Some(_), None) => wrong.add("available_to", FieldProblem::Required),
        (None, Some(_)) => wrong.add("available_from", FieldProblem::Required),
        (None, None) => {}
    }
    None
}

/// One of an enum's texts, or its default.
fn one_of<T: TextEnum>(text: Option<&str>, default: T) -> Result<T, FieldProblem> {
    match text {
        None => Ok(default),
        Some(text) => T::from_text(text).ok_or_else(|| FieldProblem::NotOneOf {
            allowed: T::texts(),
        }),
    }
}

/// A lesson format, if one is named.
pub(crate) fn format(name: Option<&str>) -> Result<Option<LessonFormat>, FieldProblem> {
    name.map(LessonFormat::parse).transpose()
}

fn rating_milli(rating: Option<f64>) -> Result<Option<i64>, FieldProblem> {
    let Some(rating) = rating else {
        return Ok(None);
    };
    // Hundredths are what a card shows, and few enough to try: no float is ever cast to an integer.
    (0..=500_i32)
        .find(|&hundredths| f64::from(hundredths) >= rating * 100.0 - 0.000_001)
        .filter(|_| rating >= 0.0)
        .map(|hundredths| Some(shown_from(i64::from(hundredths))))
        .ok_or(if rating > 5.0 {
            FieldProblem::TooLarge { max: 5 }
        } else {
            FieldProblem::TooSmall { min: 0 }
        })
}
