//! Tutors as the public sees them: their cards, and the list with its filters.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::lesson_format::LessonFormat;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{JoinType, QueryOrder, QuerySelect, Select};

use crate::keyset::{self, Direction};
use crate::subjects::Subject;
use crate::tutors::{Column, Entity, TutorProfile, visible};
use crate::{
    Page, PageRequest, Reader, StoreError, tutor_hours, tutor_search, tutor_subjects, users,
};

/// A profile with what the public card shows beside it.
#[derive(Debug, Clone)]
pub struct TutorCard {
    pub profile: TutorProfile,
    pub first_name: String,
    pub last_name: String,
    /// In the order of the catalogue.
    pub subjects: Vec<Subject>,
}

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

/// One tutor's card, if the public may see it.
///
/// # Errors
/// The database failed.
pub async fn find_card(reader: &impl Reader, id: Uuid) -> Result<Option<TutorCard>, StoreError> {
    let profile = Entity::find_by_id(id)
        .filter(visible())
        .one(&reader.executor())
        .await?;
    let cards = with_cards(reader, profile.into_iter().collect()).await?;
    Ok(cards.into_iter().next())
}

/// The cards of the tutors that the public may see among those named, in the order of naming.
///
/// # Errors
/// The database failed.
pub async fn cards_by_ids(
    reader: &impl Reader,
    ids: &[Uuid],
) -> Result<Vec<TutorCard>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let profiles = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(visible())
        .all(&reader.executor())
        .await?;
    let mut cards = with_cards(reader, profiles).await?;
    cards.sort_by_key(|card| ids.iter().position(|id| *id == card.profile.id));
    Ok(cards)
}

/// Fetches, in a fixed number of statements, what the cards of these profiles need.
///
/// # Errors
/// The database failed.
pub async fn with_cards(
    reader: &impl Reader,
    profiles: Vec<TutorProfile>,
) -> Result<Vec<TutorCard>, StoreError> {
    let user_ids = profiles.iter().map(|p| p.user_id).collect();
    let users: HashMap<Uuid, users::User> = users::list_by_ids(reader, user_ids)
        .await?
        .into_iter()
        .map(|user| (user.id, user))
        .collect();
    let ids = profiles.iter().map(|p| p.id).collect();
    let mut taught = tutor_subjects::by_tutor(reader, ids).await?;
    Ok(profiles
        .into_iter()
        .filter_map(|profile| {
            let user = users.get(&profile.user_id)?;
            Some(TutorCard {
                first_name: user.first_name.clone(),
                last_name: user.last_name.clone(),
                subjects: taught.remove(&profile.id).unwrap_or_default(),
                profile,
            })
        })
        .collect())
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
    let mut select = filtered(reader, filter, now).limit(request.limit + 1);
    if let Some((from, to)) = filter.available {
        select = select.filter(tutor_hours::free(reader, from, to, now).await?);
    }
    let id = || Expr::col((Entity, Column::Id));
    let keyed: Vec<(Uuid, i64)> = if sort == TutorSort::Newest {
        let key = || Expr::col((Entity, Column::CreatedAt));
        let mut select = select
            .order_by_desc(key())
            .order_by_desc(id())
            .select_only()
            .column(Column::Id)
            .column(Column::CreatedAt);
        if let Some(cursor) = &request.after {
            let bound = keyset::from_micros(cursor.key);
            select = select.filter(keyset::after(
                key(),
                id(),
                Direction::Descending,
                bound,
                cursor.id,
            ));
        }
        let rows: Vec<(Uuid, DateTime<Utc>)> = select.into_tuple().all(&reader.executor()).await?;
        rows.into_iter()
            .map(|(id, at)| (id, keyset::micros(at)))
            .collect()
    } else {
        let (key, direction) = integer_key(filter, sort);
        let order = match direction {
            Direction::Ascending => sea_orm::Order::Asc,
            Direction::Descending => sea_orm::Order::Desc,
        };
        let mut select = select
            .order_by(key.clone(), order.clone())
            .order_by(id(), order)
            .select_only()
            .column(Column::Id)
            .column_as(key.clone(), "sort_key");
        if let Some(cursor) = &request.after {
            select = select.filter(keyset::after(key, id(), direction, cursor.key, cursor.id));
        }
        select.into_tuple().all(&reader.executor()).await?
    };
    let page = Page::cut(keyed, request, |&(id, key)| (key, id));
    let ids: Vec<Uuid> = page.items.iter().map(|(id, _)| *id).collect();
    Ok(Page {
        items: cards_by_ids(reader, &ids).await?,
        next: page.next,
    })
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
pub(crate) fn teaching(subject_id: Uuid) -> sea_orm::sea_query::SelectStatement {
    sea_orm::sea_query::Query::select()
        .column(tutor_subjects::Column::TutorId)
        .from(tutor_subjects::Entity)
        .and_where(tutor_subjects::Column::SubjectId.eq(subject_id))
        .to_owned()
}

/// The tutors of a format.
pub(crate) fn teaches(format: LessonFormat) -> SimpleExpr {
    match format {
        LessonFormat::Online => Column::TeachesOnline.eq(true),
        LessonFormat::Offline => Column::TeachesOffline.eq(true),
    }
}
