//! The hours of a week in which someone is free, and how many of them two people share.
//!
//! Availability is a weekly habit in local time; which instants it means depends on a time zone
//! and, where clocks change, on the week. Bookings are not its matter.

use std::collections::BTreeMap;

use chrono::Weekday;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::validation::{FieldProblem, Violations};

mod day_spans;
mod instants;

pub use day_spans::{DaySpan, day_spans};

/// More ranges in a day are no habit any more.
pub const MAX_RANGES_A_DAY: usize = 12;

const MINUTES_A_DAY: u32 = 24 * 60;
const RANGE_EXAMPLE: &str = "09:00-18:00";

/// The days in the order of the week, by their names in the API.
const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "monday"),
    (Weekday::Tue, "tuesday"),
    (Weekday::Wed, "wednesday"),
    (Weekday::Thu, "thursday"),
    (Weekday::Fri, "friday"),
    (Weekday::Sat, "saturday"),
    (Weekday::Sun, "sunday"),
];

/// Weekly free time, in local time. Serialised as the API shows it:
/// `{"monday": ["09:00-18:00"]}`, empty days left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<String, Vec<String>>",
    into = "BTreeMap<String, Vec<String>>"
)]
pub struct WeeklyAvailability {
    /// Sorted and without overlaps; no range crosses midnight.
    ranges: Vec<MinuteRange>,
}

/// Minutes since Monday 00:00, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct MinuteRange {
    start: u32,
    end: u32,
}

impl MinuteRange {
    /// Of the form `HH:MM-HH:MM` within one day that begins at `midnight`; the end may be 24:00.
    fn parse(text: &str, midnight: u32) -> Option<Self> {
        let (start, end) = text.split_once('-')?;
        let (start, end) = (minute_of_day(start)?, minute_of_day(end)?);
        (start < end).then_some(Self {
            start: midnight + start,
            end: midnight + end,
        })
    }

    fn overlap(self, other: Self) -> u32 {
        let end = self.end.min(other.end);
        end.saturating_sub(self.start.max(other.start))
    }
}

impl WeeklyAvailability {
    /// Reads the API's form. Touching ranges are kept as they are; `pointer` is the RFC 6901
    /// pointer of the object itself.
    ///
    /// # Errors
    /// All that is wrong: unknown days, ranges that can't be read or overlap, too many of them.
    pub fn parse(api: &BTreeMap<String, Vec<String>>, pointer: &str) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        for day in api.keys().filter(|day| !is_day(day)) {
            let escaped = day.replace('~', "~0").replace('/', "~1");
            violations.add(format!("{pointer}/{escaped}"), FieldProblem::UnknownField);
        }
        let mut ranges = Vec::new();
        for (midnight, (_, name)) in midnights().zip(DAYS) {
            let texts = api.get(name).map(Vec::as_slice).unwrap_or_default();
            let pointer = format!("{pointer}/{name}");
            ranges.extend(parse_day(texts, midnight, name, &pointer, &mut violations));
        }
        ranges.sort_unstable();
        violations.into_result().map(|()| Self { ranges })
    }

    /// The API's form; a day without ranges is left out.
    #[must_use]
    pub fn to_api(&self) -> BTreeMap<String, Vec<String>> {
        let mut api = BTreeMap::new();
        for (day, name) in DAYS {
            let ranges: Vec<String> = self
                .ranges_on(day)
                .map(|(start, end)| format!("{}-{}", clock(start), clock(end)))
                .collect();
            if !ranges.is_empty() {
                api.insert(name.to_owned(), ranges);
            }
        }
        api
    }

    /// The ranges of one day in minutes of that day, the end excluded and up to 1440.
    pub fn ranges_on(&self, day: Weekday) -> impl Iterator<Item = (u32, u32)> + '_ {
        let midnight = day.num_days_from_monday() * MINUTES_A_DAY;
        self.ranges
            .iter()
            .filter(move |range| (midnight..midnight + MINUTES_A_DAY).contains(&range.start))
            .map(move |range| (range.start - midnight, range.end - midnight))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Minutes a week, in a week without a change of clocks.
    #[must_use]
    pub fn total_minutes(&self) -> u32 {
        self.ranges
            .iter()
            .map(|range| range.end - range.start)
            .sum()
    }

    /// Minutes a week that both have, where both live by the same clock.
    #[must_use]
    pub fn overlap_minutes(&self, other: &Self) -> u32 {
        self.ranges
            .iter()
            .flat_map(|mine| other.ranges.iter().map(|theirs| mine.overlap(*theirs)))
            .sum()
    }
}

/// The ranges of one day that are right, while the rest is noted. A range that overlaps one
/// written before it is the wrong one of the two.
fn parse_day(
    texts: &[String],
    midnight: u32,
    day: &'static str,
    pointer: &str,
    violations: &mut Violations,
) -> Vec<MinuteRange> {
    let mut ranges: Vec<MinuteRange> = Vec::new();
    if texts.len() > MAX_RANGES_A_DAY {
        let max = MAX_RANGES_A_DAY;
        violations.add(pointer, FieldProblem::TooMany { max });
        return ranges;
    }
    for (i, text) in texts.iter().enumerate() {
        let pointer = format!("{pointer}/{i}");
        match MinuteRange::parse(text, midnight) {
            None => violations.add(
                pointer,
                FieldProblem::InvalidFormat {
                    expected: RANGE_EXAMPLE,
                },
            ),
            Some(range) if ranges.iter().any(|earlier| earlier.overlap(range) > 0) => {
                violations.add(pointer, FieldProblem::Conflicts { other: day });
            }
            Some(range) => ranges.push(range),
        }
    }
    ranges
}

impl TryFrom<BTreeMap<String, Vec<String>>> for WeeklyAvailability {
    type Error = Violations;

    fn try_from(api: BTreeMap<String, Vec<String>>) -> Result<Self, Violations> {
        Self::parse(&api, "")
    }
}

impl From<WeeklyAvailability> for BTreeMap<String, Vec<String>> {
    fn from(availability: WeeklyAvailability) -> Self {
        availability.to_api()
    }
}

/// A time zone by its name in the IANA database (`Europe/Moscow`), never an offset, since an
/// offset doesn't say when clocks change.
///
/// # Errors
/// [`FieldProblem::Unknown`] for any other text.
pub fn parse_time_zone(name: &str) -> Result<Tz, FieldProblem> {
    name.parse().map_err(|_| FieldProblem::Unknown)
}

fn is_day(name: &str) -> bool {
    DAYS.iter().any(|(_, day)| *day == name)
}

/// When each day of the week begins, in minutes since Monday 00:00.
fn midnights() -> impl Iterator<Item = u32> {
    (0..7).map(|day| day * MINUTES_A_DAY)
}

/// `HH:MM`, two digits each, from 00:00 to 24:00.
fn minute_of_day(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= MINUTES_A_DAY).then_some(minute)
}

fn two_digits(text: &str) -> Option<u32> {
    // `parse` alone would take a sign.
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod every_pair;
#[cfg(test)]
mod tests;
