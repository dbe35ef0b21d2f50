//! The tutors among whom a match chooses: the hard filters, in SQL.

use domain::lesson_format::LessonFormat;
use domain::matching::CANDIDATE_LIMIT;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect, QueryTrait, Select};

use crate::tutor_cards::{TutorCard, cards, named_of_page};
use crate::tutor_listing::{teaches, teaching};
use crate::tutors::{Column, Entity, visible};
use crate::{Reader, StoreError};

/// What a candidate must fulfil.
#[derive(Debug, Clone)]
pub struct CandidateFilter {
    pub subject_id: Uuid,
    pub wants_online: bool,
    pub wants_offline: bool,
    /// Folded; where a lesson at one place would be.
    pub city: Option<String>,
    /// Minor units an hour.
    pub highest_rate: i64,
}

/// The best verified, visible tutors that fulfil the filter, in one fixed order.
///
/// # Errors
/// The database failed.
pub async fn list(
    reader: &impl Reader,
    filter: &CandidateFilter,
) -> Result<Vec<TutorCard>, StoreError> {
    let mut place = Condition::any();
    if filter.wants_online {
        place = place.add(teaches(LessonFormat::Online));
    }
    if filter.wants_offline {
        let mut offline = Condition::all().add(teaches(LessonFormat::Offline));
        if let Some(city) = &filter.city {
            offline = offline.add(Column::CityFolded.eq(city));
        }
        place = place.add(offline);
    }
    let candidates = Entity::find()
        .filter(visible())
        .filter(Column::IsVerified.eq(true))
        .filter(Column::Id.in_subquery(teaching(filter.subject_id)))
        .filter(Column::HourlyRateMinor.lte(filter.highest_rate))
        .filter(place);
    let ids = best_first(candidates)
        .limit(CANDIDATE_LIMIT)
        .select_only()
        .column(Column::Id)
        .into_query();
    cards(reader, best_first(named_of_page(ids))).await
}

/// By an index of its own.
fn best_first(tutors: Select<Entity>) -> Select<Entity> {
    tutors
        .order_by_desc(Column::RatingMilli)
        .order_by_desc(Column::RatingCount)
        .order_by_desc(Column::ExperienceYears)
        .order_by_asc(Column::Id)
}
