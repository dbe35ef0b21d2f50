//! The vectors of tutors: who waits for one, and keeping it. Finding the nearest is in
//! `vector_store`.
//!
//! A vector tells of the text that it was made of. `tutor_profiles.embedded_with` says whether that
//! is still the tutor's text: the vector of one whose text has changed since is as if it were not.

use domain::embedding::{Embedding, EmbeddingModel};
use sea_orm::entity::prelude::Uuid;
use sea_orm::sea_query::{Asterisk, Expr, OnConflict, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DeriveIden, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::embedding_cache::TextHash;
use crate::tutor_candidates::best_first;
use crate::tutor_cards::{cards, named_of_page};
use crate::tutors::{Column, Entity, visible};
use crate::{Reader, StoreError, Tx, vector_column};

#[derive(DeriveIden)]
pub(crate) enum TutorEmbeddings {
    Table,
    TutorId,
    Model,
    Dimensions,
    TextHash,
    Embedding,
    CreatedAt,
}

/// A tutor who waits to be embedded, with the text to embed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingTutor {
    pub tutor_id: Uuid,
    /// Of the profile, to be given to [`put`].
    pub version: i64,
    pub bio: String,
    /// Russian names, in the order of the catalogue.
    pub subjects: Vec<String>,
    /// To be masked in the text, never to be sent.
    pub first_name: String,
    pub last_name: String,
}

/// Verified, visible tutors, who alone can be matched, that have not been embedded with the model since their text
/// last changed: those of the best rating, in the order of their ids, in which a transaction may
/// keep the vectors of several.
///
/// # Errors
/// The database failed.
pub async fn list_pending(
    reader: &impl Reader,
    model: &EmbeddingModel,
    limit: u64,
) -> Result<Vec<PendingTutor>, StoreError> {
    let ranges = not_embedded_with(Column::EmbeddedWith, model).map(|range| {
        let waiting = matchable().filter(range);
        best_first(waiting.order_by_asc(Column::EmbeddedWith))
            .select_only()
            .column(Column::Id)
            .limit(limit)
            .into_query()
    });
    let page = union(ranges);
    let chosen = best_first(named_of_page(page)).limit(limit);
    let mut pending: Vec<PendingTutor> = cards(reader, chosen)
        .await?
        .into_iter()
        .map(|card| PendingTutor {
            tutor_id: card.profile.id,
            version: card.profile.version,
            bio: card.profile.bio,
            subjects: card.subjects.into_iter().map(|s| s.name_ru).collect(),
            first_name: card.first_name,
            last_name: card.last_name,
        })
        .collect();
    pending.sort_by_key(|tutor| tutor.tutor_id);
    Ok(pending)
}

fn matchable() -> Select<Entity> {
    Entity::find()
        .filter(visible())
        .filter(Column::IsVerified.eq(true))
}

/// How many [`list_pending`] would give without a limit.
///
/// # Errors
/// The database failed.
pub async fn count_pending(
    reader: &impl Reader,
    model: &EmbeddingModel,
) -> Result<u64, StoreError> {
    let pending = not_embedded_with(Column::EmbeddedWith, model)
        .into_iter()
        .fold(Condition::any(), Condition::add);
    let pending = matchable().filter(pending);
    Ok(pending.count(&reader.executor()).await?)
}

/// Keeps a tutor's vector in place of the model's last one, if the profile is still the version
/// whose text was embedded; tells whether it was. Neither its version nor its time changes.
///
/// # Errors
/// The database failed.
pub async fn put(
    tx: &Tx,
    tutor_id: Uuid,
    version_seen: i64,
    text_hash: TextHash,
    embedding: &Embedding,
) -> Result<bool, StoreError> {
    let model = embedding.model();
    let noted = Entity::update_many()
        .col_expr(Column::EmbeddedWith, Expr::val(model.key()))
        .filter(Column::Id.eq(tutor_id))
        .filter(Column::Version.eq(version_seen))
        .exec(&tx.executor())
        .await?;
    if noted.rows_affected == 0 {
        return Ok(false);
    }
    let mut insert = Query::insert();
    insert
        .into_table(TutorEmbeddings::Table)
        .columns([
            TutorEmbeddings::TutorId,
            TutorEmbeddings::Model,
            TutorEmbeddings::Dimensions,
            TutorEmbeddings::TextHash,
            TutorEmbeddings::Embedding,
            TutorEmbeddings::CreatedAt,
        ])
        .values_panic([
            Expr::val(tutor_id),
            Expr::val(model.name()),
            Expr::val(i64::from(model.dimensions())),
            Expr::val(text_hash.to_vec()),
            vector_column::bound(tx, embedding),
            Expr::val(tx.now()),
        ])
        .on_conflict(
            OnConflict::columns([
                TutorEmbeddings::TutorId,
                TutorEmbeddings::Model,
                TutorEmbeddings::Dimensions,
            ])
            .update_columns([
                TutorEmbeddings::TextHash,
                TutorEmbeddings::Embedding,
                TutorEmbeddings::CreatedAt,
            ])
            .to_owned(),
        );
    tx.executor().execute(&insert).await?;
    Ok(true)
}

/// All that differs from the model's key, in ranges of an index that begins with the column. In the
/// order of such an index no more is read than is given, whether nobody waits or everybody does.
pub(crate) fn not_embedded_with(
    column: impl ColumnTrait,
    model: &EmbeddingModel,
) -> [Condition; 3] {
    let condition = |is| Condition::all().add(is);
    [
        condition(column.is_null()),
        condition(column.lt(model.key())),
        condition(column.gt(model.key())),
    ]
}

/// The rows that one of the queries gives.
pub(crate) fn union(queries: [SelectStatement; 3]) -> SelectStatement {
    // SQLite takes no LIMIT within a UNION otherwise.
    let mut queries = queries.into_iter().map(|rows| {
        let mut query = Query::select();
        query
            .column(Asterisk)
            .from_subquery(rows, "rows")
            .to_owned()
    });
    let mut rows = queries.next().unwrap_or_default();
    rows.unions(queries.map(|query| (UnionType::All, query)));
    rows
}
