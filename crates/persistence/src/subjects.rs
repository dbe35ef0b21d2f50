//! The catalogue of subjects.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QuerySelect, QueryTrait};

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

const TUTOR_COUNT: &str = "tutor_count";

#[derive(FromQueryResult)]
struct Counted {
    #[sea_orm(nested)]
    subject: Subject,
    tutor_count: i64,
}

/// The whole catalogue in its order, each with the number of its visible tutors.
///
/// # Errors
/// The database failed.
pub async fn list_with_tutor_count(
    reader: &impl Reader,
) -> Result<Vec<(Subject, i64)>, StoreError> {
    // Few tutors are hidden: to leave those out is several times faster than to look up every
    // other one.
    let counts = tutor_subjects::Entity::find()
        .select_only()
        .column(tutor_subjects::Column::SubjectId)
        .column_as(tutor_subjects::Column::TutorId.count(), TUTOR_COUNT)
        .filter(tutor_subjects::Column::TutorId.not_in_subquery(tutors::invisible_ids()))
        .group_by(tutor_subjects::Column::SubjectId)
        .into_query();
    let mut select = Entity::find()
        .expr_as(
            Expr::col(("taught", TUTOR_COUNT)).if_null(0_i64),
            TUTOR_COUNT,
        )
        .order_by_asc(Column::Position);
    QueryTrait::query(&mut select).join_subquery(
        JoinType::LeftJoin,
        counts,
        "taught",
        Expr::col(("taught", tutor_subjects::Column::SubjectId)).equals((Entity, Column::Id)),
    );
    let rows = select
        .into_model::<Counted>()
        .all(&reader.executor())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.subject, row.tutor_count))
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
