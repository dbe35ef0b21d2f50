//! Reviews of tutors.

use chrono::{DateTime, Utc};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use crate::{Page, PageRequest, Reader, StoreError, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tutor_reviews")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub booking_id: Uuid,
    pub tutor_id: Uuid,
    pub student_id: Uuid,
    pub rating: i64,
    pub text: Option<String>,
    pub reply: Option<String>,
    pub replied_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Review;

/// Adds a review unless its booking has one; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, review: Review) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, review).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<Review>, StoreError> {
    let review = Entity::find_by_id(id).one(&reader.executor()).await?;
    Ok(review)
}

/// A review, locked.
///
/// # Errors
/// The database failed.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Review>, StoreError> {
    let review = Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx.executor())
        .await?;
    Ok(review)
}

/// The reviews of a tutor, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_tutor(
    reader: &impl Reader,
    tutor_id: Uuid,
    request: &PageRequest,
) -> Result<Page<Review>, StoreError> {
    let select = Entity::find().filter(Column::TutorId.eq(tutor_id));
    keyset::newest_first!(select, reader, request)
}

/// The reviews that a student has written, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_student(
    reader: &impl Reader,
    student_id: Uuid,
    request: &PageRequest,
) -> Result<Page<Review>, StoreError> {
    let select = Entity::find().filter(Column::StudentId.eq(student_id));
    keyset::newest_first!(select, reader, request)
}

/// Writes back a review that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, review: Review) -> Result<(), StoreError> {
    rows::update::<ActiveModel, _>(tx, review).await
}
