//! Comparing with every candidate that fulfils the filter: exact, and quick enough for the few
//! thousand of a small installation.

use domain::embedding::{Embedding, EmbeddingModel};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, FromQueryResult, JoinType, QuerySelect, QueryTrait};

use super::{Near, VectorStore, nearest_first, tutor_candidates};
use crate::tutor_candidates::{Candidate, CandidateFilter, Column, Entity, fulfilling};
use crate::tutor_embeddings::TutorEmbeddings;
use crate::{Db, Reader, StoreError, vector_column};

/// Works on both databases; that of SQLite.
#[derive(Debug, Clone)]
pub struct BruteForceVectors {
    db: Db,
}

impl BruteForceVectors {
    #[must_use]
    pub fn new(db: &Db) -> Self {
        Self { db: db.clone() }
    }

    /// Every tutor that fulfils the filter, with the cosine.
    async fn cosines(
        &self,
        filter: &CandidateFilter,
        query: &Embedding,
    ) -> Result<Vec<Near>, StoreError> {
        let model = query.model();
        let embedding = |column| Expr::col((TutorEmbeddings::Table, column));
        let mut select = fulfilling(filter)
            .filter(Column::EmbeddedWith.eq(model.key()))
            .expr(embedding(TutorEmbeddings::Embedding))
            .filter(embedding(TutorEmbeddings::Model).eq(model.name()))
            .filter(embedding(TutorEmbeddings::Dimensions).eq(i64::from(model.dimensions())));
        let is_theirs = embedding(TutorEmbeddings::TutorId).equals((Entity, Column::TutorId));
        QueryTrait::query(&mut select).join(JoinType::InnerJoin, TutorEmbeddings::Table, is_theirs);
        let rows = self.db.executor().query_all(&select.into_query()).await?;
        let cosine = |row| {
            let embedding = vector_column::read(&self.db, row, "embedding", model)?;
            // Of one model, by the query: there always is a cosine.
            let cosine = embedding.cosine(query).unwrap_or_default();
            Ok((Candidate::from_query_result(row, "")?, cosine))
        };
        rows.iter().map(cosine).collect()
    }
}

impl VectorStore for BruteForceVectors {
    async fn ensure_index(&self, _model: &EmbeddingModel) -> Result<(), StoreError> {
        Ok(())
    }

    async fn nearest(
        &self,
        filter: &CandidateFilter,
        query: &Embedding,
        limit: u64,
    ) -> Result<Vec<Near>, StoreError> {
        let mut nearest = self.cosines(filter, query).await?;
        nearest.sort_by(nearest_first);
        nearest.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(nearest)
    }

    async fn pending(
        &self,
        filter: &CandidateFilter,
        model: &EmbeddingModel,
        limit: u64,
    ) -> Result<Vec<Candidate>, StoreError> {
        tutor_candidates::list_pending(&self.db, filter, model, limit).await
    }
}
