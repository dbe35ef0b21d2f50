//! The tutors whose texts are nearest to an order's, among those that fulfil its filter.
//!
//! PostgreSQL finds them by an index of pgvector's, SQLite by comparing all of them. Both give those
//! alone whose present text has been embedded with the order's model, the nearest first.

use domain::embedding::{Embedding, EmbeddingModel};

use crate::tutor_candidates::{Candidate, CandidateFilter};
use crate::{Db, Reader, StoreError, tutor_candidates};

mod brute_force;
mod index;
mod pg;

pub use brute_force::BruteForceVectors;
pub use index::index_name;
pub use pg::PgVectors;

/// A candidate, and the cosine of the angle between its text and the order's: from -1 to 1.
pub type Near = (Candidate, f64);

/// Where the vectors of tutors are looked through.
pub trait VectorStore {
    /// Gets ready for the vectors of a model: to be called before the first is put there, and at
    /// any time again. Where many are there already, putting another waits until it is done.
    fn ensure_index(
        &self,
        model: &EmbeddingModel,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The nearest candidates, the nearest first and of equally near ones that of the lower id:
    /// `limit` of them if so many fulfil the filter.
    fn nearest(
        &self,
        filter: &CandidateFilter,
        query: &Embedding,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Near>, StoreError>> + Send;

    /// The best candidates that are not embedded with the model: nobody knows how near they are.
    fn pending(
        &self,
        filter: &CandidateFilter,
        model: &EmbeddingModel,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Candidate>, StoreError>> + Send;
}

/// The store that belongs to a database.
#[derive(Debug, Clone)]
pub enum Vectors {
    Pg(PgVectors),
    BruteForce(BruteForceVectors),
}

impl Vectors {
    #[must_use]
    pub fn of(db: &Db) -> Self {
        if db.is_postgres() {
            Self::Pg(PgVectors::new(db))
        } else {
            Self::BruteForce(BruteForceVectors::new(db))
        }
    }
}

impl VectorStore for Vectors {
    async fn ensure_index(&self, model: &EmbeddingModel) -> Result<(), StoreError> {
        match self {
            Self::Pg(vectors) => vectors.ensure_index(model).await,
            Self::BruteForce(vectors) => vectors.ensure_index(model).await,
        }
    }

    async fn nearest(
        &self,
        filter: &CandidateFilter,
        query: &Embedding,
        limit: u64,
    ) -> Result<Vec<Near>, StoreError> {
        match self {
            Self::Pg(vectors) => vectors.nearest(filter, query, limit).await,
            Self::BruteForce(vectors) => vectors.nearest(filter, query, limit).await,
        }
    }

    async fn pending(
        &self,
        filter: &CandidateFilter,
        model: &EmbeddingModel,
        limit: u64,
    ) -> Result<Vec<Candidate>, StoreError> {
        match self {
            Self::Pg(vectors) => vectors.pending(filter, model, limit).await,
            Self::BruteForce(vectors) => vectors.pending(filter, model, limit).await,
        }
    }
}

/// The nearest first; of equally near ones that of the lower id.
fn nearest_first(a: &Near, b: &Near) -> std::cmp::Ordering {
    let by_cosine = b.1.total_cmp(&a.1);
    by_cosine.then_with(|| a.0.tutor_id.cmp(&b.0.tutor_id))
}
