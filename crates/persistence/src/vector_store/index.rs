//! The index of a model's vectors: of its size, and of no other model's rows.

use domain::embedding::EmbeddingModel;
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};

use crate::inspect::integer;
use crate::tx::Session;
use crate::{Db, Reader, StoreError};

/// A row joins no more than so many of its neighbours: pgvector's default.
const NEIGHBOURS: u8 = 16;
/// How many are compared before its neighbours are chosen. With pgvector's default of 64 one in a
/// hundred of the nearest was missed where vectors lie in narrow clusters, with this none.
const COMPARED: u8 = 200;

/// What of a model's name is repeated in that of its index, for people who look at a plan.
const SHOWN_CHARS: usize = 24;

/// The name of a model's index, of at most 63 bytes: PostgreSQL would cut a longer one, and two
/// models could then share it.
#[must_use]
pub fn index_name(model: &EmbeddingModel) -> String {
    let shown = model.name().chars().take(SHOWN_CHARS).map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    let hash = hex::encode(Sha256::digest(model.key()));
    let hash: String = hash.chars().take(16).collect();
    format!("ix_tutor_embeddings_{}_{hash}", shown.collect::<String>())
}

/// The rows of a model, as its index and every query that is to use it must say it, with the values
/// themselves: a planner that is told them only later can't know that the index has the rows.
pub(super) fn predicate(model: &EmbeddingModel) -> String {
    let (name, dimensions) = (model.name(), model.dimensions());
    format!("tutor_embeddings.model = '{name}' AND tutor_embeddings.dimensions = {dimensions}")
}

/// What is indexed, and what a query must order by.
pub(super) fn vector(model: &EmbeddingModel) -> String {
    format!("tutor_embeddings.embedding::vector({})", model.dimensions())
}

pub(super) async fn ensure(db: &Db, model: &EmbeddingModel) -> Result<(), StoreError> {
    let name = index_name(model);
    // A lock for nothing each time that a server starts would wait for all who are writing.
    let there = format!("SELECT count(to_regclass('{name}'))");
    if integer(db, &there).await? > 0 {
        return Ok(());
    }
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
        predicate(model).replace("tutor_embeddings.", ""),
    );
    session.executor().execute_unprepared(&statements).await?;
    session.end().await
}
