//! The public list of tutors, with its filters and orders.

use chrono::{DateTime, Utc};
use domain::lesson_format::LessonFormat;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    FromQueryResult, JoinType, QueryOrder, QueryResult, QuerySelect, QueryTrait, Select, TryGetable,
};

use crate::keyset::{self, Direction};
use crate::tutor_cards::{Named, PAGE, TutorCard, named_of_page, with_subjects};
use crate::tutors::{Column, Entity, visible};
use crate::{Page, PageRequest, Reader, StoreError, tutor_hours, tutor_search, tutor_subjects};

domain::text_enum! {
    /// The orders of the list.
    TutorSort {
        Relevance = "relevance",
        Rating = "rating",
        Rate = "rate",
        RateDescending = "-rate",
        Experience = "experience",
        Newest = "newest",
    }
}

/// The filters of the list; each narrows it further.
#[derive(Debug, Clone, Default)]
pub struct TutorFilter {
    /// Stems that must all be found.
    pub stems: Vec<String>,
    pub subject_id: Option<Uuid>,
    /// Folded.
    pub city: Option<String>,
    pub format: Option<LessonFormat>,
    /// Thousandths.
    pub min_rating_milli: Option<i64>,
    pub min_rate: Option<i64>,
    pub max_rate: Option<i64>,
    pub min_experience: Option<i64>,
    pub verified: Option<bool>,
    pub premium: Option<bool>,
    /// There by their hours, and not booked, from the one to the other.
    pub available: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// The tutors that pass the filters, in the order asked for.
///
/// # Errors
/// The database failed.
pub async fn list(
    reader: &impl Reader,
    filter: &TutorFilter,
    sort: TutorSort,
    request: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<TutorCard>, StoreError> {
    let mut select = filtered(reader, filter, now);
    if let Some((from, to)) = filter.available {
        select = select.filter(tutor_hours::free(reader, from, to, now).await?);
    }
    let rows = if sort == TutorSort::Newest {
        let key = Expr::col((Entity, Column::CreatedAt));
        let bound = keyset::from_micros;
        page_by(reader, select, key, Direction::Descending, request, bound)
            .await?
            .into_iter()
            .map(|(named, at)| (named, keyset::micros(at)))
            .collect()
    } else {
        let (key, direction) = integer_key(filter, sort);
        page_by(reader, select, key, direction, request, |key| key).await?
    };
    let page = Page::cut(rows, request, |(named, key)| (*key, named.profile.id))
        .map(|(named, _): (Named, i64)| named);
    Ok(Page {
        items: with_subjects(reader, page.items).await?,
        next: page.next,
    })
}

/// A page of the selected tutors by a key, each with its own.
async fn page_by<K: TryGetable + Into<sea_orm::Value>>(
    reader: &impl Reader,
    select: Select<Entity>,
    key: SimpleExpr,
    direction: Direction,
    request: &PageRequest,
    bound: impl Fn(i64) -> K,
) -> Result<Vec<(Named, K)>, StoreError> {
    const SORT_KEY: &str = "sort_key";
    let id = || Expr::col((Entity, Column::Id));
    let order = direction.order();
    let mut ids = select
        .order_by(key.clone(), order.clone())
        .order_by(id(), order.clone())
        .limit(request.limit + 1)
        .select_only()
        .column(Column::Id)
        .column_as(key.clone(), SORT_KEY);
    if let Some(cursor) = &request.after {
        let after = keyset::after(key, id(), direction, bound(cursor.key), cursor.id);
        ids = ids.filter(after);
    }
    let page = named_of_page(ids.into_query())
        .expr_as(Expr::col((PAGE, SORT_KEY)), SORT_KEY)
        .order_by(Expr::col((PAGE, SORT_KEY)), order.clone())
        .order_by(id(), order);
    let rows = page
        .into_model::<Keyed<K>>()
        .all(&reader.executor())
        .await?;
    Ok(rows.into_iter().map(|row| (row.named, row.key)).collect())
}

/// A row of a page.
struct Keyed<K> {
    named: Named,
    key: K,
}

impl<K: TryGetable> FromQueryResult for Keyed<K> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            named: Named::from_query_result(row, prefix)?,
            key: row.try_get(prefix, "sort_key")?,
        })
    }
}

fn integer_key(filter: &TutorFilter, sort: TutorSort) -> (SimpleExpr, Direction) {
    let column = |column: Column| SimpleExpr::from(Expr::col((Entity, column)));
    match sort {
        TutorSort::Rating => (column(Column::RatingMilli), Direction::Descending),
        TutorSort::Rate => (column(Column::HourlyRateMinor), Direction::Ascending),
        TutorSort::RateDescending => (column(Column::HourlyRateMinor), Direction::Descending),
        TutorSort::Experience => (column(Column::ExperienceYears), Direction::Descending),
        // Words first, then the rating; `Newest` never comes here.
        TutorSort::Relevance | TutorSort::Newest => {
            let rating = column(Column::RatingMilli);
            let key = if filter.stems.is_empty() {
                rating
            } else {
                tutor_search::relevance(&filter.stems)
                    .mul(10_000_i64)
                    .add(rating)
            };
            (key, Direction::Descending)
        }
    }
}

fn filtered(reader: &impl Reader, filter: &TutorFilter, now: DateTime<Utc>) -> Select<Entity> {
    let mut select = Entity::find().filter(visible());
    if !filter.stems.is_empty() {
        select = select
            .join(
                JoinType::InnerJoin,
                Entity::belongs_to(tutor_search::Entity)
                    .from(Column::Id)
                    .to(tutor_search::Column::TutorId)
                    .into(),
            )
            .filter(tutor_search::has_all(reader, &filter.stems));
    }
    if let Some(subject_id) = filter.subject_id {
        select = select.filter(Column::Id.in_subquery(teaching(subject_id)));
    }
    if let Some(city) = &filter.city {
        select = select.filter(Column::CityFolded.eq(city));
    }
    if let Some(format) = filter.format {
        select = select.filter(teaches(format));
    }
    if let Some(rating) = filter.min_rating_milli {
        select = select.filter(Column::RatingMilli.gte(rating));
    }
    if let Some(rate) = filter.min_rate {
        select = select.filter(Column::HourlyRateMinor.gte(rate));
    }
    if let Some(rate) = filter.max_rate {
        select = select.filter(Column::HourlyRateMinor.lte(rate));
    }
    if let Some(years) = filter.min_experience {
        select = select.filter(Column::ExperienceYears.gte(years));
    }
    if let Some(verified) = filter.verified {
        select = select.filter(Column::IsVerified.eq(verified));
    }
    match filter.premium {
        Some(true) => select.filter(Column::PremiumActiveUntil.gt(now)),
        Some(false) => select.filter(
            Column::PremiumActiveUntil
                .is_null()
                .or(Column::PremiumActiveUntil.lte(now)),
        ),
        None => select,
    }
}

/// The tutors of a subject.
fn teaching(subject_id: Uuid) -> sea_orm::sea_query::SelectStatement {
    sea_orm::sea_query::Query::select()
        .column(tutor_subjects::Column::TutorId)
        .from(tutor_subjects::Entity)
        .and_where(tutor_subjects::Column::SubjectId.eq(subject_id))
        .to_owned()
}

/// The tutors of a format.
fn teaches(format: LessonFormat) -> SimpleExpr {
    match format {
        LessonFormat::Online => Column::TeachesOnline.eq(true),
        LessonFormat::Offline => Column::TeachesOffline.eq(true),
    }
}
