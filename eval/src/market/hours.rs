//! Free hours of a week. Kept as hours in UTC, counted one by one, so that the truth doesn't lean on
//! the interval algebra that is to be judged.

use std::collections::{BTreeMap, BTreeSet};

use domain::availability::WeeklyAvailability;

use super::place::City;
use crate::dice::Dice;

const HOURS_A_WEEK: u32 = 7 * 24;
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// A stretch of one day by the local clock, in full hours.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    day: u32,
    start: u32,
    end: u32,
}

/// Hours of a week in local time, as somebody would write them down.
#[derive(Debug, Clone, Default)]
pub(super) struct WeekPlan(Vec<Stretch>);

/// Full hours since Monday 00:00 UTC.
pub(crate) type Hours = BTreeSet<u32>;

impl WeekPlan {
    /// Each day is a working one with this chance; a weekend has its own hours.
    pub(super) fn new(dice: &mut Dice, percent_of_days: u32, hours: HabitualHours) -> Self {
        let mut plan = Vec::new();
        for day in 0..7 {
            if !dice.percent(percent_of_days) {
                continue;
            }
            let ((earliest, latest), length) = match (hours, day >= 5) {
                (HabitualHours::Wide, true) => ((10, 13), 6),
                (HabitualHours::Wide, false) => ((13, 17), 5),
                (HabitualHours::Daytime, _) => ((9, 11), 6),
                (HabitualHours::Afternoon, false) => ((15, 17), 3),
                (HabitualHours::Evening, false) => ((18, 20), 3),
                (HabitualHours::Afternoon | HabitualHours::Evening, true) => ((10, 16), 3),
            };
            let start = dice.between(earliest, latest);
            let end = (start + length).min(23);
            plan.push(Stretch { day, start, end });
        }
        Self(plan)
    }

    pub(super) fn published(&self) -> WeeklyAvailability {
        let mut week: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (day, name) in (0..).zip(DAYS) {
            let ranges = self.0.iter().filter(|stretch| stretch.day == day);
            for Stretch { start, end, .. } in ranges {
                week.entry(name.to_owned())
                    .or_default()
                    .push(format!("{start:02}:00-{end:02}:00"));
            }
        }
        WeeklyAvailability::parse(&week, "").unwrap_or_default()
    }

    pub(super) fn hours(&self, city: &City) -> Hours {
        self.0
            .iter()
            .flat_map(|Stretch { day, start, end }| (*start..*end).map(move |h| day * 24 + h))
            .map(|local| (local + HOURS_A_WEEK - city.hours_ahead) % HOURS_A_WEEK)
            .collect()
    }
}

/// When somebody has time.
#[derive(Debug, Clone, Copy)]
pub(super) enum HabitualHours {
    /// Whoever teaches for a living: from noon into the evening.
    Wide,
    Daytime,
    /// After school.
    Afternoon,
    /// After work.
    Evening,
}
