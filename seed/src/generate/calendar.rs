//! When tutors have time: within their hours, and only for one lesson at a time.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use domain::availability::{DaySpan, WeeklyAvailability, parse_time_zone};

use super::dice::Dice;
use crate::fixture::Tutor;

/// Minutes before (negative) and after 00:00 UTC of the day of loading.
pub(super) type Minute = i64;

pub(super) const DAY: Minute = 24 * 60;

pub(super) struct Calendar {
    as_of: NaiveDate,
    tutors: Vec<Week>,
}

struct Week {
    zone: Tz,
    spans: Vec<DaySpan>,
    booked: Vec<(Minute, Minute)>,
}

impl Calendar {
    pub(super) fn new(tutors: &[Tutor], as_of: NaiveDate) -> Self {
        let weeks = tutors.iter().map(|tutor| Week {
            zone: parse_time_zone(&tutor.time_zone).unwrap_or(Tz::UTC),
            spans: WeeklyAvailability::parse(&tutor.availability, "")
                .map(|week| week.spans())
                .unwrap_or_default(),
            booked: Vec::new(),
        });
        Self {
            as_of,
            tutors: weeks.collect(),
        }
    }

    /// Books a lesson of so many minutes between two days, if the tutor turns out to have time;
    /// gives its start.
    pub(super) fn book(
        &mut self,
        dice: &mut Dice,
        tutor: usize,
        days: (i64, i64),
        minutes: i64,
    ) -> Option<Minute> {
        const TRIES: usize = 40;
        let midnight = self.as_of.and_hms_opt(0, 0, 0)?.and_utc();
        let week = self.tutors.get_mut(tutor)?;
        for _ in 0..TRIES {
            let day = moved(self.as_of, dice.between(days.0, days.1))?;
            let Some(start) = week.candidate(dice, day, minutes) else {
                continue;
            };
            let start = (start - midnight).num_minutes();
            let end = start + minutes;
            if week
                .booked
                .iter()
                .all(|(from, to)| end <= *from || *to <= start)
            {
                week.booked.push((start, end));
                return Some(start);
            }
        }
        None
    }
}

impl Week {
    /// Some start within the hours of a day.
    fn candidate(&self, dice: &mut Dice, day: NaiveDate, minutes: i64) -> Option<DateTime<Utc>> {
        const STEP: i64 = 30;
        let span = self
            .spans
            .iter()
            .find(|span| span.weekday == day.weekday())?;
        let (from, to) = (i64::from(span.start), i64::from(span.end));
        let start = from + STEP * dice.between(0, (to - from - minutes) / STEP);
        if start + minutes > to {
            return None;
        }
        let local = day.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(start);
        // An hour that the clocks skip is no time for a lesson.
        let start = self.zone.from_local_datetime(&local).earliest()?;
        Some(start.to_utc())
    }
}

fn moved(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let days = Days::new(by.unsigned_abs());
    if by < 0 {
        day.checked_sub_days(days)
    } else {
        day.checked_add_days(days)
    }
}
