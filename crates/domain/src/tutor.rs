//! Tutor profiles: what a tutor says of themself.

use std::collections::{BTreeMap, BTreeSet};

use crate::availability::{WeeklyAvailability, parse_time_zone};
use crate::lesson_format::{LessonFormat, parse_formats};
use crate::money::{Currency, Money};
use crate::order::optional_text;
use crate::text_enum::text_enum;
use crate::validation::{FieldProblem, Violations, text, within};

text_enum! {
    /// What moderators have made of a profile: each is in one of these.
    TutorState {
        /// Shown to everybody, and not matched.
        Unverified = "unverified",
        /// Shown to everybody, and matched.
        Verified = "verified",
        /// Shown to nobody else, verified or not.
        Hidden = "hidden",
    }
}

impl TutorState {
    #[must_use]
    pub fn of(is_verified: bool, is_hidden: bool) -> Self {
        match (is_verified, is_hidden) {
            (_, true) => Self::Hidden,
            (true, false) => Self::Verified,
            (false, false) => Self::Unverified,
        }
    }
}

/// A profile as somebody wrote it, unchecked.
#[derive(Debug, Clone)]
pub struct TutorProfileDraft {
    pub bio: String,
    pub experience_years: i64,
    /// Minor units.
    pub hourly_rate: i64,
    pub subjects: Vec<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub time_zone: String,
    pub formats: Vec<String>,
    pub availability: BTreeMap<String, Vec<String>>,
}

/// A profile, checked. The subjects are looked up beside it.
#[derive(Debug, Clone)]
pub struct TutorProfileTerms {
    pub bio: String,
    pub experience_years: i64,
    pub hourly_rate: Money,
    pub subjects: Vec<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub time_zone: String,
    pub formats: BTreeSet<LessonFormat>,
    pub availability: WeeklyAvailability,
}

impl TutorProfileDraft {
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(self) -> Result<TutorProfileTerms, Violations> {
        let mut wrong = Violations::default();
        let bio = wrong.take("/bio", text(&self.bio, 1, 5_000));
        let experience_years =
            wrong.take("/experience_years", within(self.experience_years, 0, 80));
        let hourly_rate = wrong.take(
            "/hourly_rate",
            Money::price(self.hourly_rate, Currency::Rub),
        );
        if self.subjects.is_empty() {
            wrong.add("/subjects", FieldProblem::TooFew { min: 1 });
        } else if self.subjects.len() > 10 {
            wrong.add("/subjects", FieldProblem::TooMany { max: 10 });
        }
        let mut seen = BTreeSet::new();
        for (i, slug) in self.subjects.iter().enumerate() {
            if !seen.insert(slug) {
                wrong.add(format!("/subjects/{i}"), FieldProblem::Duplicate);
            }
        }
        let formats = parse_formats(&self.formats, &mut wrong);
        let city = wrong.take("/city", optional_text(self.city.as_deref(), 100));
        let region = wrong.take("/region", optional_text(self.region.as_deref(), 100));
        let time_zone = wrong.take(
            "/time_zone",
            parse_time_zone(&self.time_zone).map(|tz| tz.name().to_owned()),
        );
        let availability = match WeeklyAvailability::parse(&self.availability, "/availability") {
            Ok(week) => Some(week),
            Err(found) => {
                wrong.0.extend(found.0);
                None
            }
        };
        match (
            bio,
            experience_years,
            hourly_rate,
            city,
            region,
            time_zone,
            formats,
            availability,
        ) {
            (
                Some(bio),
                Some(experience_years),
                Some(hourly_rate),
                Some(city),
                Some(region),
                Some(time_zone),
                Some(formats),
                Some(availability),
            ) if wrong.0.is_empty() => Ok(TutorProfileTerms {
                bio,
                experience_years,
                hourly_rate,
                subjects: self.subjects,
                city,
                region,
                time_zone,
                formats,
                availability,
            }),
            _ => Err(wrong),
        }
    }
}

/// The letter of the last name that a public card shows.
#[must_use]
pub fn last_initial(last_name: &str) -> String {
    last_name
        .chars()
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default()
}
