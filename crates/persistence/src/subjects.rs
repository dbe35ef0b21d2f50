//! The catalogue of subjects.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use crate::{Reader, StoreError, tutor_subjects, tutors};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subjects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub slug: String,
    pub name_ru: String,
    pub name_en: String,
    pub category: String,
    pub icon: String,
    pub position: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Subject;

/// The whole catalogue in its order, each with the number of its visible tutors.
///
/// # Errors
/// The database failed.
pub async fn list_with_tutor_count(
    reader: &impl Reader,
) -> Result<Vec<(Subject, i64)>, StoreError> {
    let subjects = list(reader).await?;
    let counts: Vec<(Uuid, i64)> = tutor_subjects::Entity::find()
        .select_only()
        .column(tutor_subjects::Column::SubjectId)
        .column_as(tutor_subjects::Column::TutorId.count(), "tutors")
        .filter(tutor_subjects::Column::TutorId.in_subquery(tutors::visible_ids()))
        .group_by(tutor_subjects::Column::SubjectId)
        .into_tuple()
        .all(&reader.executor())
        .await?;
    let counts: HashMap<Uuid, i64> = counts.into_iter().collect();
    Ok(subjects
        .into_iter()
        .map(|subject| {
            let count = counts.get(&subject.id).copied().unwrap_or(0);
            (subject, count)
        })
        .collect())
}

/// The whole catalogue in its order.
///
/// # Errors
/// The database failed.
pub async fn list(reader: &impl Reader) -> Result<Vec<Subject>, StoreError> {
    let subjects = Entity::find()
        .order_by_asc(Column::Position)
        .all(&reader.executor())
        .await?;
    Ok(subjects)
}

/// The subject of a slug; what cannot be one is not looked up (PostgreSQL refuses some texts).
///
/// # Errors
/// The database failed.
pub async fn find_by_slug(reader: &impl Reader, slug: &str) -> Result<Option<Subject>, StoreError> {
    let is_slug = |c: char| c.is_ascii_lowercase() || c == '-';
    if !slug.chars().all(is_slug) {
        return Ok(None);
    }
    let subject = Entity::find()
        .filter(Column::Slug.eq(slug))
        .one(&reader.executor())
        .await?;
    Ok(subject)
}
