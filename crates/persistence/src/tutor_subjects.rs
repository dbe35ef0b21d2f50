//! Who teaches what.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QuerySelect};

use crate::subjects::{self, Subject};
use crate::{Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tutor_subjects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tutor_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as TutorSubject;

/// Replaces what a tutor teaches.
///
/// # Errors
/// The database failed.
pub async fn replace(tx: &Tx, tutor_id: Uuid, subject_ids: &[Uuid]) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::TutorId.eq(tutor_id))
        .exec(&tx.executor())
        .await?;
    let taught = subject_ids.iter().map(|&subject_id| Model {
        tutor_id,
        subject_id,
    });
    rows::insert_many::<ActiveModel, _>(tx, taught).await
}

/// What each of the tutors teaches, in the order of the catalogue.
///
/// # Errors
/// The database failed.
pub async fn by_tutor(
    reader: &impl Reader,
    tutor_ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Subject>>, StoreError> {
    let rows = subjects::Entity::find()
        .join(
            JoinType::InnerJoin,
            subjects::Entity::belongs_to(Entity)
                .from(subjects::Column::Id)
                .to(Column::SubjectId)
                .into(),
        )
        .column(Column::TutorId)
        .filter(Column::TutorId.is_in(tutor_ids))
        .order_by_asc(subjects::Column::Position)
        .into_model::<Taught>()
        .all(&reader.executor())
        .await?;
    let mut taught: HashMap<Uuid, Vec<Subject>> = HashMap::new();
    for row in rows {
        taught.entry(row.tutor_id).or_default().push(row.subject);
    }
    Ok(taught)
}

/// A subject, and one tutor who teaches it.
#[derive(FromQueryResult)]
struct Taught {
    tutor_id: Uuid,
    #[sea_orm(nested)]
    subject: Subject,
}
