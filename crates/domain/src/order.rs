//! Orders: what a student asks for, and the life of the asking.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, SubsecRound, Utc};

use crate::availability::{WeeklyAvailability, parse_time_zone};
use crate::booking::{BookingEvent, BookingStatus};
use crate::lesson_format::{LessonFormat, parse_formats};
use crate::money::{Currency, Money};
use crate::text_enum::{Event, InvalidState, TextEnum, invalid_state, text_enum};
use crate::validation::{FieldProblem, Violations, text};

text_enum! {
    OrderStatus {
        Open = "open",
        InProgress = "in_progress",
        Completed = "completed",
        Cancelled = "cancelled",
        Expired = "expired",
    }
}

text_enum! {
    /// What can happen to an order.
    OrderEvent {
        /// One application was chosen.
        Choose = "choose",
        /// The student closes it; its booking must be completed.
        Complete = "complete",
        Cancel = "cancel",
        /// Its time ran out.
        Expire = "expire",
        /// Its booking expired or was cancelled before payment.
        Reopen = "reopen",
    }
}

impl Event for OrderEvent {
    fn is_called(self) -> bool {
        match self {
            Self::Choose | Self::Complete | Self::Cancel => true,
            Self::Expire | Self::Reopen => false,
        }
    }
}

impl OrderStatus {
    fn next(self, event: OrderEvent) -> Option<Self> {
        match (self, event) {
            (Self::Open, OrderEvent::Choose) => Some(Self::InProgress),
            (Self::InProgress, OrderEvent::Complete) => Some(Self::Completed),
            (Self::Open | Self::InProgress, OrderEvent::Cancel) => Some(Self::Cancelled),
            (Self::Open, OrderEvent::Expire) => Some(Self::Expired),
            (Self::InProgress, OrderEvent::Reopen) => Some(Self::Open),
            _ => None,
        }
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// The state has no such move.
    pub fn on(self, event: OrderEvent) -> Result<Self, InvalidState> {
        self.next(event)
            .ok_or_else(|| invalid_state(self, Self::next))
    }
}

/// How long an order stays open when it doesn't say.
pub const DEFAULT_LIFETIME: Duration = Duration::days(30);
/// The longest that an order may stay open.
pub const MAX_LIFETIME: Duration = Duration::days(365);

/// An order as somebody wrote it, unchecked.
#[derive(Debug, Clone)]
pub struct OrderDraft {
    pub title: String,
    pub description: String,
    pub goal: Option<String>,
    /// Minor units.
    pub budget_min: i64,
    /// Minor units.
    pub budget_max: i64,
    pub currency: Option<String>,
    pub formats: Vec<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub availability: Option<BTreeMap<String, Vec<String>>>,
    pub time_zone: Option<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What an order asks for, checked. The subject is looked up beside it.
#[derive(Debug, Clone)]
pub struct OrderTerms {
    pub title: String,
    pub description: String,
    pub goal: Option<String>,
    pub budget_min: Money,
    pub budget_max: Money,
    pub formats: BTreeSet<LessonFormat>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub availability: Option<WeeklyAvailability>,
    pub time_zone: String,
    pub expires_at: DateTime<Utc>,
}

impl OrderDraft {
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(self, now: DateTime<Utc>, student_zone: &str) -> Result<OrderTerms, Violations> {
        let mut wrong = Violations::default();
        let currency = wrong.take("/currency", currency_or_default(self.currency.as_deref()));
        let price = |minor| Money::price(minor, currency.unwrap_or_default());
        let title = wrong.take("/title", text(&self.title, 1, 200));
        let description = wrong.take("/description", text(&self.description, 1, 5_000));
        let goal = wrong.take("/goal", optional_text(self.goal.as_deref(), 500));
        let budget_min = wrong.take("/budget_min", price(self.budget_min));
        let budget_max = wrong.take("/budget_max", price(self.budget_max));
        if let (Some(min), Some(max)) = (budget_min, budget_max)
            && max.minor < min.minor
        {
            wrong.add(
                "/budget_max",
                FieldProblem::Conflicts {
                    other: "budget_min",
                },
            );
        }
        let formats = parse_formats(&self.formats, &mut wrong);
        let city = wrong.take("/city", optional_text(self.city.as_deref(), 100));
        let region = wrong.take("/region", optional_text(self.region.as_deref(), 100));
        let availability = match &self.availability {
            None => Some(None),
            Some(week) => match WeeklyAvailability::parse(week, "/availability") {
                Ok(week) => Some(Some(week)),
                Err(found) => {
                    wrong.0.extend(found.0);
                    None
                }
            },
        };
        let time_zone = self.time_zone.as_deref().unwrap_or(student_zone);
        let time_zone = wrong.take(
            "/time_zone",
            parse_time_zone(time_zone).map(|tz| tz.name().to_owned()),
        );
        // PostgreSQL keeps microseconds.
        let expires_at = self
            .expires_at
            .unwrap_or(now + DEFAULT_LIFETIME)
            .trunc_subsecs(6);
        if expires_at <= now {
            wrong.add("/expires_at", FieldProblem::MustBeFuture);
        } else if expires_at > now + MAX_LIFETIME {
            wrong.add(
                "/expires_at",
                FieldProblem::TooLarge {
                    max: (now + MAX_LIFETIME).timestamp(),
                },
            );
        }
        match (
            title,
            description,
            goal,
            budget_min,
            budget_max,
            formats,
            city,
            region,
            availability,
            time_zone,
        ) {
            (
                Some(title),
                Some(description),
                Some(goal),
                Some(budget_min),
                Some(budget_max),
                Some(formats),
                Some(city),
                Some(region),
                Some(availability),
                Some(time_zone),
            ) if wrong.0.is_empty() => Ok(OrderTerms {
                title,
                description,
                goal,
                budget_min,
                budget_max,
                formats,
                city,
                region,
                availability,
                time_zone,
                expires_at,
            }),
            _ => Err(wrong),
        }
    }
}

/// The currency that somebody named, or ours.
pub(crate) fn currency_or_default(code: Option<&str>) -> Result<Currency, FieldProblem> {
    code.map_or(Ok(Currency::Rub), Currency::parse)
}

/// A text that may be missing; blank counts as missing.
pub(crate) fn optional_text(
    value: Option<&str>,
    max: usize,
) -> Result<Option<String>, FieldProblem> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(value) => text(value, 1, max).map(Some),
    }
}

/// The refusal of a move of an order in progress: what can be done with it hangs on its live
/// booking, if it has one.
#[must_use]
pub fn refused_in_progress(booking: Option<BookingStatus>) -> InvalidState {
    let allowed = match booking {
        Some(BookingStatus::Completed) => vec![OrderEvent::Complete],
        Some(booking) if booking.on(BookingEvent::Cancel).is_err() => Vec::new(),
        Some(_) | None => vec![OrderEvent::Cancel],
    };
    InvalidState {
        state: OrderStatus::InProgress.as_str(),
        allowed: allowed.into_iter().map(TextEnum::as_str).collect(),
    }
}

/// Whether the live booking of an order in progress lets the order go on.
///
/// # Errors
/// Completing needs a completed booking, cancelling one that can be cancelled with it, or none.
pub fn check_booking(
    event: OrderEvent,
    booking: Option<BookingStatus>,
) -> Result<(), InvalidState> {
    let refused = refused_in_progress(booking);
    if refused.allowed.contains(&event.as_str()) {
        Ok(())
    } else {
        Err(refused)
    }
}
