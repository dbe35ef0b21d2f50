//! The shapes of a fixture, as it is written. Nothing is judged here that the rules of the API
//! judge: only that the file has these fields and no others.

use std::collections::BTreeMap;

use anyhow::anyhow;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::{Path, Segment};

use crate::error::entry_name;

/// A market: who is in it, and what students have asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    pub tutors: Vec<Tutor>,
    pub students: Vec<Student>,
    pub orders: Vec<Order>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tutor {
    /// What other entries call this one; keys are not stored.
    pub key: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
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
    pub verified: bool,
    /// Whether they pay for premium today.
    pub premium: bool,
    /// At 08:00 of that day.
    pub joined_day: i16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Student {
    pub key: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub time_zone: String,
    /// At 08:00 of that day.
    pub joined_day: i16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub key: String,
    pub student: String,
    pub subject: String,
    pub title: String,
    pub description: String,
    pub goal: Option<String>,
    /// Minor units.
    pub budget_min: i64,
    /// Minor units.
    pub budget_max: i64,
    pub formats: Vec<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub availability: Option<BTreeMap<String, Vec<String>>>,
    pub time_zone: Option<String>,
    pub placed: Moment,
    pub expires: Option<Moment>,
    #[serde(default)]
    pub applications: Vec<Application>,
    /// The tutors who took their application back before anything was decided.
    #[serde(default)]
    pub withdrawn: Vec<String>,
    pub booking: Option<Booking>,
    pub cancelled: Option<Moment>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    pub tutor: String,
    /// Minor units.
    pub price: i64,
    pub message: String,
    pub sent: Moment,
}

/// The application that was chosen, and what became of the lesson.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    pub tutor: String,
    pub chosen: Moment,
    pub starts: Option<Moment>,
    pub duration_minutes: Option<i64>,
    pub paid: Option<Moment>,
    pub completed: Option<Moment>,
    pub review: Option<Review>,
    /// By the student, and before it was paid.
    pub cancelled: Option<Moment>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    pub rating: i64,
    pub text: Option<String>,
    pub written: Moment,
    pub reply: Option<String>,
}

/// A point in time relative to the day of loading, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// 0 is the day of loading, −1 the day before it.
    pub day: i16,
    #[serde(deserialize_with = "hours_and_minutes")]
    pub time: NaiveTime,
}

impl Moment {
    pub(crate) fn on(self, today: NaiveDate) -> DateTime<Utc> {
        today
            .and_time(self.time)
            .and_utc()
            .checked_add_signed(TimeDelta::days(self.day.into()))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

fn hours_and_minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is no time of the form HH:MM")))
}

/// Reads a fixture.
///
/// # Errors
/// The text is no JSON or not of these shapes; says in which entry, line and column.
pub fn parse(text: &str) -> anyhow::Result<Fixture> {
    let mut json = serde_json::Deserializer::from_str(text);
    let fixture = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        match place(error.path(), text) {
            Some(place) => anyhow!("{place}: {}", error.inner()),
            None => anyhow!("{}", error.inner()),
        }
    })?;
    json.end()?;
    Ok(fixture)
}

/// The entry, by number and key, and the field within it.
fn place(path: &Path, text: &str) -> Option<String> {
    let mut segments = path.iter();
    let Some(Segment::Map { key: list }) = segments.next() else {
        return None;
    };
    let Some(Segment::Seq { index }) = segments.next() else {
        return Some(list.clone());
    };
    let whole: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let key = whole
        .as_ref()
        .and_then(|whole| whole.get(list)?.get(index)?.get("key")?.as_str());
    let mut place = entry_name(list, *index, key);
    for (i, segment) in segments.enumerate() {
        place.push_str(match (i, segment) {
            (0, _) => ": ",
            (_, Segment::Seq { .. }) => "",
            _ => ".",
        });
        place.push_str(&segment.to_string());
    }
    Some(place)
}
