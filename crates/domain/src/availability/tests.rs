use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

type Api = BTreeMap<String, Vec<String>>;

fn api(days: &[(&str, &[&str])]) -> Api {
    days.iter()
        .map(|(day, ranges)| {
            let ranges = ranges.iter().map(ToString::to_string).collect();
            ((*day).to_owned(), ranges)
        })
        .collect()
}

fn free(days: &[(&str, &[&str])]) -> WeeklyAvailability {
    WeeklyAvailability::parse(&api(days), "").unwrap()
}

/// The violations as `pointer code`.
fn refusals(days: &[(&str, &[&str])]) -> Vec<String> {
    let violations = WeeklyAvailability::parse(&api(days), "/availability").unwrap_err();
    let one = |v: &crate::validation::Violation| format!("{} {}", v.pointer, v.problem.code());
    violations.0.iter().map(one).collect()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn zone(name: &str) -> Tz {
    parse_time_zone(name).unwrap()
}

/// The naive truth: whether someone is free at a minute of a day, read off the API's form.
fn is_free(api: &Api, day: Weekday, minute: u32) -> bool {
    let name = DAYS[day.num_days_from_monday() as usize].1;
    let clock = format!("{:02}:{:02}", minute / 60, minute % 60);
    api.get(name).is_some_and(|ranges| {
        ranges.iter().any(|range| {
            let (start, end) = range.split_once('-').unwrap();
            start <= clock.as_str() && clock.as_str() < end
        })
    })
}

fn minutes_of_week() -> impl Iterator<Item = (Weekday, u32)> {
    DAYS.into_iter()
        .flat_map(|(day, _)| (0..MINUTES_A_DAY).map(move |minute| (day, minute)))
}

/// Counts the minutes of the week from Monday 00:00 UTC one by one, on both clocks.
fn shared_by_clock(a: &Api, zone_a: Tz, b: &Api, zone_b: Tz, reference: DateTime<Utc>) -> usize {
    let days = i64::from(reference.weekday().num_days_from_monday());
    let midnight = reference
        .date_naive()
        .and_hms_opt(0, 0, 0)
        .unwrap()
        .and_utc();
    let monday = midnight - TimeDelta::days(days);
    let free = |api: &Api, zone: Tz, instant: DateTime<Utc>| {
        let local = instant.with_timezone(&zone);
        is_free(api, local.weekday(), local.hour() * 60 + local.minute())
    };
    (0..7 * 24 * 60)
        .map(|minute| monday + TimeDelta::minutes(minute))
        .filter(|instant| free(a, zone_a, *instant) && free(b, zone_b, *instant))
        .count()
}

/// Any valid week: up to four cuts of a day, every second stretch between them free.
fn any_week() -> impl Strategy<Value = Api> {
    let day = prop::collection::btree_set(0..=MINUTES_A_DAY, 0..=6);
    prop::collection::vec(day, 7).prop_map(|days| {
        let mut api = Api::new();
        for ((_, name), cuts) in DAYS.into_iter().zip(days) {
            let cuts: Vec<u32> = cuts.into_iter().collect();
            let ranges: Vec<String> = cuts
                .chunks_exact(2)
                .map(|pair| format!("{}-{}", clock(pair[0]), clock(pair[1])))
                .collect();
            if !ranges.is_empty() {
                api.insert(name.to_owned(), ranges);
            }
        }
        api
    })
}

fn any_zone() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        Tz::Europe__Moscow,
        Tz::Europe__Kaliningrad,
        Tz::Asia__Yekaterinburg,
        Tz::Asia__Vladivostok,
        Tz::Asia__Almaty,
        Tz::Asia__Kolkata,
        Tz::Europe__Berlin,
        Tz::America__New_York,
    ])
}

/// Any second of 2010 to 2035, and often one of a week in which clocks change.
fn any_reference() -> impl Strategy<Value = DateTime<Utc>> {
    let changes = [
        "2011-03-27T00:00:00Z",
        "2014-10-26T00:00:00Z",
        "2024-02-29T19:00:00Z",
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
    ];
    prop_oneof![
        (1_262_304_000_i64..2_082_758_400).prop_map(|s| DateTime::from_timestamp(s, 0).unwrap()),
        prop::sample::select(changes.map(at).to_vec()),
    ]
}

#[test]
fn a_week_is_read_sorted_and_written_as_the_api_shows_it() {
    let week = free(&[
        ("sunday", &["22:00-24:00"]),
        ("monday", &["14:00-18:30", "09:00-12:00"]),
        ("friday", &[]),
    ]);
    let shown = api(&[
        ("sunday", &["22:00-24:00"]),
        ("monday", &["09:00-12:00", "14:00-18:30"]),
    ]);
    assert_eq!(week.to_api(), shown);
    assert_eq!(week.total_minutes(), 180 + 270 + 120);
    let monday: Vec<_> = week.ranges_on(Weekday::Mon).collect();
    assert_eq!(monday, [(540, 720), (840, 1110)]);
    assert!(!week.is_empty() && free(&[("friday", &[])]).is_empty());
}

#[test]
fn every_violation_is_found_where_it_stands() {
    assert_eq!(
        refusals(&[
            ("Monday", &[]),
            ("a/b~c", &[]),
            ("monday", &["09:00-18:00", "9:00-18:00", "17:59-19:00"]),
            ("sunday", &["18:00-09:00", "09:00-09:00"]),
        ]),
        [
            "/availability/Monday unknown_field",
            "/availability/a~1b~0c unknown_field",
            "/availability/monday/1 invalid_format",
            "/availability/monday/2 conflicts",
            "/availability/sunday/0 invalid_format",
            "/availability/sunday/1 invalid_format",
        ]
    );
}

#[test]
fn a_range_is_two_times_of_day_and_nothing_else() {
    for wrong in [
        "",
        "-",
        "09:00",
        "09:00-",
        "09:00–18:00",
        "09:00 - 18:00",
        "09:00-18:00-19:00",
        "24:00-24:00",
        "23:00-24:01",
        "09:60-10:00",
        "+9:00-10:00",
        "09:00-25:00",
        "٠٩:00-10:00",
    ] {
        assert_eq!(
            refusals(&[("monday", &[wrong])]),
            ["/availability/monday/0 invalid_format"],
            "{wrong:?}"
        );
    }
}

#[test]
fn touching_ranges_do_not_overlap() {
    let week = free(&[("monday", &["09:00-12:00", "12:00-15:00"])]);
    assert_eq!(week.total_minutes(), 360);
}

#[test]
fn a_day_has_at_most_twelve_ranges() {
    let ranges: Vec<String> = (0..13)
        .map(|hour| format!("{hour:02}:00-{hour:02}:30"))
        .collect();
    let ranges: Vec<&str> = ranges.iter().map(String::as_str).collect();
    assert_eq!(free(&[("monday", &ranges[..12])]).total_minutes(), 360);
    assert_eq!(
        refusals(&[("monday", &ranges)]),
        ["/availability/monday too_many"]
    );
}

#[test]
fn a_stored_week_that_breaks_the_rules_is_not_read() {
    let read = serde_json::from_str::<WeeklyAvailability>;
    let error = read(r#"{"monday": ["late"]}"#).unwrap_err().to_string();
    assert!(error.contains("/monday/0: invalid_format"), "{error}");
    assert!(read("{}").unwrap().is_empty());
}

#[test]
fn a_time_zone_is_named_as_in_the_iana_database() {
    assert_eq!(parse_time_zone("Europe/Moscow"), Ok(Tz::Europe__Moscow));
    for wrong in [
        "",
        "MSK",
        "+03:00",
        "UTC+3",
        "Europe/Moskva",
        " Europe/Moscow",
    ] {
        assert_eq!(
            parse_time_zone(wrong),
            Err(FieldProblem::Unknown),
            "{wrong:?}"
        );
    }
}

#[test]
fn an_evening_in_moscow_is_no_morning_in_vladivostok() {
    let evening = free(&[("monday", &["18:00-21:00"])]);
    let (moscow, vladivostok) = (zone("Europe/Moscow"), zone("Asia/Vladivostok"));
    let shared = |other: &WeeklyAvailability| {
        evening.overlap_minutes_in(moscow, other, vladivostok, at("2026-02-04T12:00:00Z"))
    };
    assert_eq!(shared(&evening), 0);
    // Seven hours ahead: 18:00 in Moscow is 01:00 on Tuesday.
    assert_eq!(shared(&free(&[("tuesday", &["02:00-06:00"])])), 120);
}

#[test]
fn the_end_of_a_week_meets_the_beginning_of_another() {
    let sunday = free(&[("sunday", &["23:00-24:00"])]);
    let monday = free(&[("monday", &["00:00-02:00"])]);
    let (kaliningrad, yekaterinburg) = (zone("Europe/Kaliningrad"), zone("Asia/Yekaterinburg"));
    let reference = at("2026-02-04T12:00:00Z");
    let shared = |a: &WeeklyAvailability, zone_a, b, zone_b| {
        a.overlap_minutes_in(zone_a, b, zone_b, reference)
    };
    // 23:00 in Kaliningrad is 02:00 on Monday in Yekaterinburg, 22:00 is 01:00.
    assert_eq!(shared(&sunday, kaliningrad, &monday, yekaterinburg), 0);
    let longer = free(&[("sunday", &["22:00-24:00"])]);
    assert_eq!(shared(&longer, kaliningrad, &monday, yekaterinburg), 60);
}

#[test]
fn an_hour_that_a_clock_skips_is_nobodys() {
    let night = free(&[("sunday", &["01:00-04:00"])]);
    let berlin = zone("Europe/Berlin");
    let minutes = |reference| night.overlap_minutes_in(berlin, &night, berlin, at(reference));
    assert_eq!(minutes("2026-03-22T12:00:00Z"), 180);
    assert_eq!(minutes("2026-03-29T12:00:00Z"), 120);
    assert_eq!(minutes("2026-10-25T12:00:00Z"), 240);
}

#[test]
fn the_ends_of_the_calendar_are_weeks_too() {
    let always = free(&DAYS.map(|(_, name)| (name, ["00:00-24:00"].as_slice())));
    for reference in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let (berlin, new_york) = (zone("Europe/Berlin"), zone("America/New_York"));
        let minutes = always.overlap_minutes_in(berlin, &always, new_york, reference);
        assert_eq!(minutes, 10_080);
    }
}

proptest! {
    #[test]
    fn a_week_survives_being_stored(api in any_week()) {
        let week = WeeklyAvailability::parse(&api, "").unwrap();
        prop_assert_eq!(week.to_api(), api);
        let stored = serde_json::to_string(&week).unwrap();
        prop_assert_eq!(serde_json::from_str::<WeeklyAvailability>(&stored).unwrap(), week);
    }

    #[test]
    fn no_text_at_all_makes_parsing_fail_to_answer(day in any::<String>(), range in any::<String>()) {
        let api = Api::from([("monday".to_owned(), vec![range.clone()]), (day, vec![range])]);
        let _ = WeeklyAvailability::parse(&api, "/availability");
    }

    #[test]
    fn minutes_are_those_that_a_clock_would_count(a in any_week(), b in any_week()) {
        let week_a = WeeklyAvailability::parse(&a, "").unwrap();
        let week_b = WeeklyAvailability::parse(&b, "").unwrap();
        let total = minutes_of_week().filter(|(day, m)| is_free(&a, *day, *m)).count();
        let shared = minutes_of_week()
            .filter(|(day, m)| is_free(&a, *day, *m) && is_free(&b, *day, *m))
            .count();
        prop_assert_eq!(week_a.total_minutes() as usize, total);
        prop_assert_eq!(week_a.overlap_minutes(&week_b) as usize, shared);
    }
}

proptest! {
    // Each case asks two clocks 10,080 times.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn minutes_across_zones_are_those_that_two_clocks_would_count(
        a in any_week(),
        zone_a in any_zone(),
        b in any_week(),
        zone_b in any_zone(),
        reference in any_reference(),
    ) {
        let week_a = WeeklyAvailability::parse(&a, "").unwrap();
        let week_b = WeeklyAvailability::parse(&b, "").unwrap();
        let minutes = week_a.overlap_minutes_in(zone_a, &week_b, zone_b, reference);
        prop_assert_eq!(minutes as usize, shared_by_clock(&a, zone_a, &b, zone_b, reference));
        let turned = week_b.overlap_minutes_in(zone_b, &week_a, zone_a, reference);
        prop_assert_eq!(minutes, turned);
    }
}
