//! The indexes of a model's vectors: of its size, one for each subject, and of no other model's rows.

use domain::embedding::EmbeddingModel;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::Uuid;
use sha2::{Digest, Sha256};

use crate::inspect::integer;
use crate::tx::Session;
use crate::{Db, Reader, StoreError, subjects};

/// A row joins no more than so many of its neighbours. With pgvector's default of 16 a search read a
/// seventh more and found no more of the nearest.
const NEIGHBOURS: u8 = 10;
/// How many are compared before its neighbours are chosen. With pgvector's default of 64 one in a
/// hundred of the nearest was missed where vectors lie in narrow clusters, with this none.
const COMPARED: u8 = 200;

/// What of a model's name is repeated in those of its indexes, for people who look at a plan.
const SHOWN_CHARS: usize = 24;

/// The name of a model's index of a subject, of at most 63 bytes: PostgreSQL would cut a longer one,
/// and two indexes could then share it.
#[must_use]
pub fn index_name(model: &EmbeddingModel, subject_id: Uuid) -> String {
    let shown = model.name().chars().take(SHOWN_CHARS).map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    let hash = hex::encode(Sha256::digest(format!("{} {subject_id}", model.key())));
    let hash: String = hash.chars().take(16).collect();
    format!("ix_tutor_embeddings_{}_{hash}", shown.collect::<String>())
}

/// The rows of a model and a subject, as the index and every query that is to use it must say it, with
/// the values themselves: a planner that is told them only later can't know that the index has the
/// rows.
pub(super) fn predicate(model: &EmbeddingModel, subject_id: Uuid) -> String {
    let (name, dimensions) = (model.name(), model.dimensions());
    format!(
        "tutor_embeddings.model = '{name}' AND tutor_embeddings.dimensions = {dimensions} \
         AND tutor_embeddings.subject_ids @> '{{{subject_id}}}'::uuid[]"
    )
}

/// What is indexed, and what a query must order by.
pub(super) fn vector(model: &EmbeddingModel) -> String {
    format!("tutor_embeddings.embedding::vector({})", model.dimensions())
}

pub(super) async fn ensure(db: &Db, model: &EmbeddingModel) -> Result<(), StoreError> {
    let catalogue = subjects::list(db).await?;
    let names = catalogue
        .iter()
        .map(|subject| index_name(model, subject.id));
    let names: Vec<String> = names.collect();
    // A lock for nothing, each minute, would wait for all who are writing.
    let missing = format!(
        "SELECT count(*) FROM unnest('{{{}}}'::text[]) AS name WHERE to_regclass(name) IS NULL",
        names.join(",")
    );
    if integer(db, &missing).await? == 0 {
        return Ok(());
    }
    for subject in &catalogue {
        make(db, model, subject.id).await?;
    }
    Ok(())
}

/// Unless it is there.
async fn make(db: &Db, model: &EmbeddingModel, subject_id: Uuid) -> Result<(), StoreError> {
    let name = index_name(model, subject_id);
    let session = Session::begin(db).await?;
    // Nobody has put vectors there yet, or somebody has put many: then it takes as long as it takes.
    // Another process that does the same is waited for.
    let statements = format!(
        "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
         SELECT pg_advisory_xact_lock(hashtext('{name}')); \
         CREATE INDEX IF NOT EXISTS {name} ON tutor_embeddings \
         USING hnsw (({}) vector_cosine_ops) WITH (m = {NEIGHBOURS}, ef_construction = {COMPARED}) \
         WHERE {}",
        vector(model).replace("tutor_embeddings.", ""),
        predicate(model, subject_id).replace("tutor_embeddings.", ""),
    );
    session.executor().execute_unprepared(&statements).await?;
    session.end().await
}
