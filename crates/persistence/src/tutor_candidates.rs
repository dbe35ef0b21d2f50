//! The tutors among whom a match chooses: the hard filters, in SQL, and what the score reads of
//! each. The cards of those that are shown are read afterwards.
//!
//! The table of that name repeats of each verified and visible tutor what the filters ask, once for
//! each subject taught. The database's triggers keep it, so that whoever writes a profile need not
//! know of it. Who competes is found in its indexes alone, with the version of each profile; what else
//! the score reads stays true as long as that version, and need not be read for each match.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::embedding::EmbeddingModel;
use domain::lesson_format::LessonFormat;
use domain::matching::CANDIDATE_LIMIT;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{
    Condition, ConnectionTrait, FromQueryResult, JoinType, Order, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::stored::formats_of;
use crate::tutor_cards::PAGE;
use crate::tutor_embeddings::{not_embedded_with, union};
use crate::{Json, Reader, StoreError, tutor_search, tutors};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tutor_candidates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tutor_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    pub rating_milli: i64,
    pub rating_count: i64,
    pub experience_years: i64,
    pub hourly_rate_minor: i64,
    pub teaches_online: bool,
    pub teaches_offline: bool,
    pub city_folded: Option<String>,
    pub embedded_with: Option<String>,
    /// Of the profile.
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

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

/// A tutor who fulfils a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromQueryResult)]
pub struct Candidate {
    pub tutor_id: Uuid,
    /// Of the profile.
    pub version: i64,
}

/// What the score reads of a tutor.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct CandidateProfile {
    pub tutor_id: Uuid,
    /// Of the profile.
    pub version: i64,
    pub hourly_rate_minor: i64,
    pub rating_sum: i64,
    pub rating_count: i64,
    pub experience_years: i64,
    pub teaches_online: bool,
    pub teaches_offline: bool,
    pub city_folded: Option<String>,
    pub region_folded: Option<String>,
    pub availability: Json,
    pub time_zone: String,
    pub premium_active_until: Option<DateTime<Utc>>,
    /// As `tutor_search` stores them: of the names in every language that we speak.
    pub subject_stems: String,
    pub bio_stems: String,
}

impl CandidateProfile {
    /// Its lesson formats.
    #[must_use]
    pub fn formats(&self) -> BTreeSet<LessonFormat> {
        formats_of(self.teaches_online, self.teaches_offline)
    }
}

/// The best verified, visible tutors that fulfil the filter, in one fixed order.
///
/// # Errors
/// The database failed.
pub async fn list(
    reader: &impl Reader,
    filter: &CandidateFilter,
) -> Result<Vec<Candidate>, StoreError> {
    let candidates = best_of_subject(fulfilling(filter)).limit(CANDIDATE_LIMIT);
    Ok(candidates.into_model().all(&reader.executor()).await?)
}

/// Those of [`list`] that are not embedded with the model: in its order, except that of several
/// former models not all are looked through once `limit` are found.
///
/// # Errors
/// The database failed.
pub async fn list_pending(
    reader: &impl Reader,
    filter: &CandidateFilter,
    model: &EmbeddingModel,
    limit: u64,
) -> Result<Vec<Candidate>, StoreError> {
    let ranges = not_embedded_with(Column::EmbeddedWith, model).map(|range| {
        let waiting = fulfilling(filter).columns(RANK).filter(range);
        best_of_subject(waiting.order_by_asc(Column::EmbeddedWith))
            .limit(limit)
            .into_query()
    });
    let mut pending = Query::select();
    pending
        .columns([Column::TutorId, Column::Version])
        .from_subquery(union(ranges), PAGE)
        .limit(limit);
    for column in RANK {
        pending.order_by(column, Order::Desc);
    }
    pending.order_by(Column::TutorId, Order::Asc);
    let rows = reader.executor().query_all(&pending).await?;
    let candidates = rows.iter().map(|row| Candidate::from_query_result(row, ""));
    Ok(candidates.collect::<Result<_, DbErr>>()?)
}

/// What the score reads of the tutors of these ids, as far as there are any, in no order.
///
/// # Errors
/// The database failed.
pub async fn profiles_by_ids(
    reader: &impl Reader,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<CandidateProfile>, StoreError> {
    let profiles = profiles().filter(tutors::Column::Id.is_in(ids));
    Ok(profiles.into_model().all(&reader.executor()).await?)
}

/// The candidates that fulfil the filter.
pub(crate) fn fulfilling(filter: &CandidateFilter) -> Select<Entity> {
    let mut place = Condition::any();
    if filter.wants_online {
        place = place.add(Column::TeachesOnline.eq(true));
    }
    if filter.wants_offline {
        let mut offline = Condition::all().add(Column::TeachesOffline.eq(true));
        if let Some(city) = &filter.city {
            offline = offline.add(Column::CityFolded.eq(city));
        }
        place = place.add(offline);
    }
    Entity::find()
        .select_only()
        .columns([Column::TutorId, Column::Version])
        .filter(Column::SubjectId.eq(filter.subject_id))
        .filter(Column::HourlyRateMinor.lte(filter.highest_rate))
        .filter(place)
}

/// By what the best are told, before their ids.
const RANK: [Column; 3] = [
    Column::RatingMilli,
    Column::RatingCount,
    Column::ExperienceYears,
];

/// By an index of the subject's.
fn best_of_subject(candidates: Select<Entity>) -> Select<Entity> {
    let ranked = RANK.into_iter().fold(candidates, QueryOrder::order_by_desc);
    ranked.order_by_asc(Column::TutorId)
}

/// The same order of whole profiles.
pub(crate) fn best_first(tutors: Select<tutors::Entity>) -> Select<tutors::Entity> {
    tutors
        .order_by_desc(tutors::Column::RatingMilli)
        .order_by_desc(tutors::Column::RatingCount)
        .order_by_desc(tutors::Column::ExperienceYears)
        .order_by_asc(tutors::Column::Id)
}

fn profiles() -> Select<tutors::Entity> {
    let search = tutors::Entity::belongs_to(tutor_search::Entity)
        .from(tutors::Column::Id)
        .to(tutor_search::Column::TutorId);
    tutors::Entity::find()
        .join(JoinType::InnerJoin, search.into())
        .select_only()
        .column_as(tutors::Column::Id, "tutor_id")
        .columns([
            tutors::Column::Version,
            tutors::Column::HourlyRateMinor,
            tutors::Column::RatingSum,
            tutors::Column::RatingCount,
            tutors::Column::ExperienceYears,
            tutors::Column::TeachesOnline,
            tutors::Column::TeachesOffline,
            tutors::Column::CityFolded,
            tutors::Column::RegionFolded,
            tutors::Column::Availability,
            tutors::Column::TimeZone,
            tutors::Column::PremiumActiveUntil,
        ])
        .column(tutor_search::Column::SubjectStems)
        .column(tutor_search::Column::BioStems)
}
