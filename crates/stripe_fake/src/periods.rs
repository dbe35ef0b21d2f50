//! Billing periods: the n-th boundary after the anchor, counted from the anchor each time, so that
//! a subscription of 31 January renews on 28 February and then on 31 March:
//! <https://docs.stripe.com/billing/subscriptions/billing-cycle>.

use chrono::{DateTime, Days, Months, Utc};

/// `price.recurring.interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    Day,
    Week,
    Month,
    Year,
}

impl Interval {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            "year" => Some(Self::Year),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// `price.recurring`: every `count` intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurring {
    pub interval: Interval,
    pub count: u32,
}

impl Recurring {
    /// The end of the `periods`-th period after `anchor`; the last moment known if there is none.
    pub fn boundary(self, anchor: DateTime<Utc>, periods: u32) -> DateTime<Utc> {
        let steps = self.count.saturating_mul(periods);
        let days = |each: u64| anchor.checked_add_days(Days::new(u64::from(steps) * each));
        match self.interval {
            Interval::Day => days(1),
            Interval::Week => days(7),
            Interval::Month => anchor.checked_add_months(Months::new(steps)),
            Interval::Year => anchor.checked_add_months(Months::new(steps.saturating_mul(12))),
        }
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_a_calendar_month_and_remembers_its_anchor() {
        let monthly = Recurring {
            interval: Interval::Month,
            count: 1,
        };
        let anchor = date("2026-01-31T10:00:00Z");
        assert_eq!(monthly.boundary(anchor, 1), date("2026-02-28T10:00:00Z"));
        assert_eq!(monthly.boundary(anchor, 2), date("2026-03-31T10:00:00Z"));
    }

    #[test]
    fn days_weeks_and_years_are_counted_too() {
        let anchor = date("2024-02-29T00:00:00Z");
        let every = |interval, count| Recurring { interval, count };
        assert_eq!(
            every(Interval::Day, 3).boundary(anchor, 1),
            date("2024-03-03T00:00:00Z")
        );
        assert_eq!(
            every(Interval::Week, 1).boundary(anchor, 2),
            date("2024-03-14T00:00:00Z")
        );
        assert_eq!(
            every(Interval::Year, 1).boundary(anchor, 1),
            date("2025-02-28T00:00:00Z")
        );
    }
}
