//! Free time in common, for every pair of zones that matter to us and in the weeks in which clocks
//! change, against a count of the week's minutes one by one.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{DAYS, MINUTES_A_DAY, WeeklyAvailability, clock};

const ZONES: [Tz; 7] = [
    Tz::Europe__Moscow,
    Tz::Europe__Kaliningrad,
    Tz::Asia__Yekaterinburg,
    Tz::Asia__Vladivostok,
    Tz::Asia__Almaty,
    Tz::Europe__Berlin,
    Tz::America__New_York,
];

/// Mondays in UTC. An ordinary week in either season; those in which New York and Berlin change
/// their clocks, which they do on different Sundays; and those in which all of Russia and in which
/// Almaty changed its clock for good.
const WEEKS: [&str; 8] = [
    "2026-02-02T00:00:00Z",
    "2026-07-06T00:00:00Z",
    "2026-03-02T00:00:00Z",
    "2026-03-23T00:00:00Z",
    "2026-10-19T00:00:00Z",
    "2026-10-26T00:00:00Z",
    "2014-10-20T00:00:00Z",
    "2024-02-26T00:00:00Z",
];

const MINUTES_A_WEEK: usize = 7 * 24 * 60;

/// Which minutes of a local week are free, counted from Monday 00:00.
type Minutes = Vec<bool>;

/// What a clock on the wall of a zone shows in each minute of a week that begins at `monday` in
/// UTC, in minutes since the local Monday 00:00.
fn wall_clock(monday: DateTime<Utc>, zone: Tz) -> Vec<usize> {
    (0..i64::try_from(MINUTES_A_WEEK).unwrap())
        .map(|minute| {
            let local = (monday + TimeDelta::minutes(minute)).with_timezone(&zone);
            let day = local.weekday().num_days_from_monday();
            (day * MINUTES_A_DAY + local.hour() * 60 + local.minute()) as usize
        })
        .collect()
}

/// A week, minute by minute and as the API shows it. Stretches of any length, many of which reach
/// the midnight that ends the week or begin at the one that begins it.
fn any_week() -> impl Strategy<Value = (Minutes, WeeklyAvailability)> {
    let stretch = (0..MINUTES_A_WEEK, 1..2_000_usize);
    let over_the_end = (MINUTES_A_WEEK - 600..MINUTES_A_WEEK, 600..1_500_usize);
    let stretches = prop::collection::vec(prop_oneof![3 => stretch, 1 => over_the_end], 0..8);
    stretches.prop_map(|stretches| {
        let mut minutes = vec![false; MINUTES_A_WEEK];
        for (start, length) in stretches {
            for minute in start..start + length {
                minutes[minute % MINUTES_A_WEEK] = true;
            }
        }
        let week = published(&minutes);
        (minutes, week)
    })
}

fn published(minutes: &Minutes) -> WeeklyAvailability {
    let days = minutes.chunks_exact(MINUTES_A_DAY as usize);
    let api = DAYS
        .into_iter()
        .zip(days)
        .map(|((_, name), day)| {
            let mut ranges = Vec::new();
            let mut minute = 0;
            for stretch in day.chunk_by(|a, b| a == b) {
                let end = minute + u32::try_from(stretch.len()).unwrap();
                if stretch[0] {
                    ranges.push(format!("{}-{}", clock(minute), clock(end)));
                }
                minute = end;
            }
            (name.to_owned(), ranges)
        })
        .collect();
    WeeklyAvailability::parse(&api, "").unwrap()
}

proptest! {
    // Each case compares 49 pairs of zones in 8 weeks.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_pair_of_zones_shares_the_minutes_that_clocks_on_the_wall_would_count(
        (mine, my_week) in any_week(),
        (theirs, their_week) in any_week(),
        minute_of_the_week in 0..10_080_i64,
    ) {
        for monday in WEEKS {
            let monday: DateTime<Utc> = monday.parse().unwrap();
            let reference = monday + TimeDelta::minutes(minute_of_the_week);
            let clocks = ZONES.map(|zone| wall_clock(monday, zone));
            for (my_zone, my_clock) in ZONES.into_iter().zip(&clocks) {
                let my_free: Minutes = my_clock.iter().map(|minute| mine[*minute]).collect();
                for (their_zone, their_clock) in ZONES.into_iter().zip(&clocks) {
                    let both = my_free.iter().zip(their_clock);
                    let counted = both.filter(|(free, minute)| **free && theirs[**minute]).count();
                    let found =
                        my_week.overlap_minutes_in(my_zone, &their_week, their_zone, reference);
                    prop_assert_eq!(
                        found as usize, counted, "{} {} {}", my_zone, their_zone, monday
                    );
                }
            }
        }
    }
}
