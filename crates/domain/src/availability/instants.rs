//! Weekly free time as instants of one week, so that people in different zones can be compared.
//!
//! Times are minutes since 1970-01-01T00:00Z here, and offsets whole minutes, as those of every
//! zone have been since the 1970s.

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::WeeklyAvailability;

const MINUTES_A_WEEK: i64 = 7 * 24 * 60;
/// 1970-01-01 was a Thursday; this is the Monday after it.
const FIRST_MONDAY: i64 = 4 * 24 * 60;

/// Minutes since the epoch, the end excluded.
type Interval = (i64, i64);

/// A stretch of time in which a zone's clock keeps its distance from UTC.
struct Stretch {
    interval: Interval,
    /// Minutes east of UTC.
    offset: i64,
}

impl WeeklyAvailability {
    /// Minutes in which both are free, in the calendar week (Monday to Sunday in UTC) of
    /// `reference`, each by the clock of the own zone. An hour that a clock skips is no free
    /// time, one that it repeats counts twice.
    #[must_use]
    pub fn overlap_minutes_in(
        &self,
        zone: Tz,
        other: &Self,
        other_zone: Tz,
        reference: DateTime<Utc>,
    ) -> u32 {
        let minute = reference.timestamp().div_euclid(60);
        let start = monday_before(minute);
        let week = (start, start + MINUTES_A_WEEK);
        let minutes = shared_minutes(&self.within(week, zone), &other.within(week, other_zone));
        u32::try_from(minutes).unwrap_or(0)
    }

    /// The instants of the week at which someone in `zone` is free, sorted.
    fn within(&self, week: Interval, zone: Tz) -> Vec<Interval> {
        stretches(week, zone)
            .iter()
            .flat_map(|stretch| self.within_stretch(stretch))
            .collect()
    }

    /// A week in UTC touches two local weeks, unless the offset is zero.
    fn within_stretch(&self, stretch: &Stretch) -> Vec<Interval> {
        let (start, end) = stretch.interval;
        let first_monday = monday_before(start + stretch.offset) - stretch.offset;
        [first_monday, first_monday + MINUTES_A_WEEK]
            .into_iter()
            .flat_map(|monday| {
                self.ranges.iter().map(move |range| {
                    let (from, to) = (i64::from(range.start), i64::from(range.end));
                    ((monday + from).max(start), (monday + to).min(end))
                })
            })
            .filter(|(start, end)| start < end)
            .collect()
    }
}

/// The latest Monday 00:00 that is not after `minute`.
fn monday_before(minute: i64) -> i64 {
    minute - (minute - FIRST_MONDAY).rem_euclid(MINUTES_A_WEEK)
}

/// Divides a week where the zone's clock changes: no zone changes it twice in a week.
fn stretches(week: Interval, zone: Tz) -> Vec<Stretch> {
    let (start, end) = week;
    let (first, last) = (offset_at(start, zone), offset_at(end - 1, zone));
    if first == last {
        return vec![Stretch {
            interval: week,
            offset: first,
        }];
    }
    let (mut before, mut after) = (start, end - 1);
    while after - before > 1 {
        let middle = before.midpoint(after);
        if offset_at(middle, zone) == first {
            before = middle;
        } else {
            after = middle;
        }
    }
    vec![
        Stretch {
            interval: (start, after),
            offset: first,
        },
        Stretch {
            interval: (after, end),
            offset: last,
        },
    ]
}

/// Minutes east of UTC.
fn offset_at(minute: i64, zone: Tz) -> i64 {
    // The ends of the calendar, where no `DateTime` is left, are as good as UTC.
    DateTime::from_timestamp(minute.saturating_mul(60), 0).map_or(0, |instant| {
        let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
        i64::from(offset.local_minus_utc().div_euclid(60))
    })
}

/// Minutes in both of two sorted lists without overlaps, in one walk along them.
fn shared_minutes(mine: &[Interval], theirs: &[Interval]) -> i64 {
    let (mut mine, mut theirs) = (mine.iter().peekable(), theirs.iter().peekable());
    let mut minutes = 0;
    while let (Some((start, end)), Some((other_start, other_end))) = (mine.peek(), theirs.peek()) {
        minutes += (end.min(other_end) - start.max(other_start)).max(0);
        if end < other_end {
            mine.next();
        } else {
            theirs.next();
        }
    }
    minutes
}
