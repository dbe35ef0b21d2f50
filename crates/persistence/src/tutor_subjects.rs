//! Who teaches what.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;

use crate::{Reader, StoreError, Tx, rows, subjects};

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
) -> Result<HashMap<Uuid, Vec<subjects::Subject>>, StoreError> {
    let rows = Entity::find()
        .filter(Column::TutorId.is_in(tutor_ids))
        .all(&reader.executor())
        .await?;
    let catalogue = subjects::list(reader).await?;
    let mut taught: HashMap<Uuid, Vec<subjects::Subject>> = HashMap::new();
    for subject in catalogue {
        for row in rows.iter().filter(|row| row.subject_id == subject.id) {
            taught
                .entry(row.tutor_id)
                .or_default()
                .push(subject.clone());
        }
    }
    Ok(taught)
}
