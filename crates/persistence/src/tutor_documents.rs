//! Evidence of tutors: what is known of a document. The document itself lies in the object store.

use chrono::{DateTime, Utc};
use domain::document::{ContentType, DocumentKind};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

use crate::{Reader, StoreError, Stored, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tutor_documents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tutor_id: Uuid,
    pub kind: Stored<DocumentKind>,
    pub file_name: String,
    pub content_type: Stored<ContentType>,
    pub size_bytes: i64,
    pub storage_key: String,
    pub created_at: DateTime<Utc>,
    /// Since when its tutor is verified by it; none if it came later, or they are not.
    pub relied_on_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as TutorDocument;

/// Adds a document unless its storage key is taken; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, document: TutorDocument) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, document).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<TutorDocument>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// A tutor's documents, newest first: there are never many.
///
/// # Errors
/// The database failed.
pub async fn list_of_tutor(
    reader: &impl Reader,
    tutor_id: Uuid,
) -> Result<Vec<TutorDocument>, StoreError> {
    let documents = Entity::find()
        .filter(Column::TutorId.eq(tutor_id))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(documents)
}

/// Notes that a tutor is verified by what they have shown.
///
/// # Errors
/// The database failed.
pub async fn rely_on(tx: &Tx, tutor_id: Uuid) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::ReliedOnAt, Expr::value(tx.now()))
        .filter(Column::TutorId.eq(tutor_id))
        .filter(Column::ReliedOnAt.is_null())
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// Removes a document; tells whether it was there.
///
/// # Errors
/// The database failed.
pub async fn delete(tx: &Tx, id: Uuid) -> Result<bool, StoreError> {
    let deleted = Entity::delete_by_id(id).exec(&tx.executor()).await?;
    Ok(deleted.rows_affected == 1)
}
