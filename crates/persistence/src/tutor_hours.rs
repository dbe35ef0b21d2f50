//! The hours of tutors as rows, in each tutor's own zone, and who is free at a time.

use chrono::{DateTime, Utc};
use domain::availability::{DaySpan, WeeklyAvailability, day_spans, parse_time_zone};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, QuerySelect};

use crate::{Reader, StoreError, Tx, bookings, rows, tutors};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tutor_hours")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tutor_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub weekday: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub start_minute: i64,
    pub end_minute: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as TutorHours;

fn weekday(span: &DaySpan) -> i64 {
    i64::from(span.weekday.num_days_from_monday())
}

/// Replaces a tutor's hours.
///
/// # Errors
/// The database failed.
pub async fn replace(
    tx: &Tx,
    tutor_id: Uuid,
    availability: &WeeklyAvailability,
) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::TutorId.eq(tutor_id))
        .exec(&tx.executor())
        .await?;
    rows::insert_many::<ActiveModel, _>(tx, rows_of(tutor_id, availability)).await
}

/// A tutor's hours as rows.
#[must_use]
pub fn rows_of(tutor_id: Uuid, availability: &WeeklyAvailability) -> Vec<TutorHours> {
    let spans = availability.spans();
    spans
        .iter()
        .map(|span| TutorHours {
            tutor_id,
            weekday: weekday(span),
            start_minute: i64::from(span.start),
            end_minute: i64::from(span.end),
        })
        .collect()
}

/// Those who are there from `from` to `to` by their hours, and not booked then.
///
/// # Errors
/// The database failed.
pub(crate) async fn free(
    reader: &impl Reader,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Condition, StoreError> {
    let zones: Vec<String> = tutors::Entity::find()
        .select_only()
        .column(tutors::Column::TimeZone)
        .filter(tutors::visible())
        .distinct()
        .into_tuple()
        .all(&reader.executor())
        .await?;
    // Many zones show the same clock: there are some forty different ones at a time.
    let mut alike: Vec<(Vec<DaySpan>, Vec<String>)> = Vec::new();
    for name in zones {
        let Ok(zone) = parse_time_zone(&name) else {
            continue;
        };
        let spans = day_spans(zone, from, to);
        match alike.iter_mut().find(|(known, _)| *known == spans) {
            Some((_, names)) => names.push(name),
            None => alike.push((spans, vec![name])),
        }
    }
    let mut there = Condition::any();
    for (spans, names) in alike {
        let mut in_zone = Condition::all().add(tutors::Column::TimeZone.is_in(names));
        for span in spans {
            in_zone = in_zone.add(tutors::Column::Id.in_subquery(covering(&span)));
        }
        there = there.add(in_zone);
    }
    if there.is_empty() {
        // Without a zone there is no tutor; an empty alternative would let everybody through.
        there = there.add(tutors::Column::Id.is_null());
    }
    let booked = bookings::booked_between(from, to, now);
    Ok(Condition::all()
        .add(there)
        .add(tutors::Column::Id.not_in_subquery(booked)))
}

fn covering(span: &DaySpan) -> SelectStatement {
    Query::select()
        .column(Column::TutorId)
        .from(Entity)
        .and_where(Column::Weekday.eq(weekday(span)))
        .and_where(Column::StartMinute.lte(i64::from(span.start)))
        .and_where(Column::EndMinute.gte(i64::from(span.end)))
        .to_owned()
}
