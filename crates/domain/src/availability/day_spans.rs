//! Times as parts of days on the wall clocks of a zone: what a database can compare hours with.

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use super::{DAYS, WeeklyAvailability};

/// A part of one day, as the clocks on the wall show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpan {
    pub weekday: Weekday,
    /// Minutes of the day.
    pub start: u32,
    /// Minutes of the day, excluded; 1440 is midnight.
    pub end: u32,
}

/// The parts of days that the time from `from` to `to` takes up in a zone. Whoever has hours that
/// cover each of them is there the whole time.
#[must_use]
pub fn day_spans(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DaySpan> {
    let (start, end) = (from.with_timezone(&zone), to.with_timezone(&zone));
    let minute = |at: &DateTime<Tz>| at.hour() * 60 + at.minute();
    let last = end.date_naive();
    let mut spans = Vec::new();
    let mut date = start.date_naive();
    while date <= last {
        let span = DaySpan {
            weekday: date.weekday(),
            start: if date == start.date_naive() {
                minute(&start)
            } else {
                0
            },
            end: if date == last { minute(&end) } else { 24 * 60 },
        };
        if span.start < span.end {
            spans.push(span);
        }
        let Some(next) = date.succ_opt() else { break };
        date = next;
    }
    spans
}

impl WeeklyAvailability {
    /// The hours as spans, ranges that touch made one.
    #[must_use]
    pub fn spans(&self) -> Vec<DaySpan> {
        let mut spans: Vec<DaySpan> = Vec::new();
        for (weekday, _) in DAYS {
            for (start, end) in self.ranges_on(weekday) {
                match spans.last_mut() {
                    Some(last) if last.weekday == weekday && last.end == start => last.end = end,
                    _ => spans.push(DaySpan {
                        weekday,
                        start,
                        end,
                    }),
                }
            }
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_lesson_over_midnight_takes_up_the_end_of_one_day_and_the_beginning_of_the_next() {
        // Monday evening in UTC is the night to Tuesday in Yekaterinburg.
        let spans = day_spans(
            chrono_tz::Asia::Yekaterinburg,
            at("2026-11-23T18:30:00Z"),
            at("2026-11-23T20:00:00Z"),
        );
        let span = |weekday, start, end| DaySpan {
            weekday,
            start,
            end,
        };
        assert_eq!(
            spans,
            [span(Weekday::Mon, 1410, 1440), span(Weekday::Tue, 0, 60)]
        );
    }

    #[test]
    fn a_lesson_until_midnight_takes_up_one_day() {
        let spans = day_spans(
            chrono_tz::UTC,
            at("2026-11-23T23:00:00Z"),
            at("2026-11-24T00:00:00Z"),
        );
        assert_eq!(spans.len(), 1);
        assert_eq!((spans[0].start, spans[0].end), (1380, 1440));
    }

    #[test]
    fn ranges_that_touch_are_one_span() {
        let week = [(
            "monday".to_owned(),
            vec!["09:00-12:00".to_owned(), "12:00-18:00".to_owned()],
        )];
        let week = WeeklyAvailability::parse(&week.into_iter().collect(), "").unwrap();
        assert_eq!(week.spans().len(), 1);
    }
}
