//! pgvector: an exact search where few fulfil the filter, and one by index where many do.

use domain::embedding::{Embedding, EmbeddingModel};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ConnectionTrait, FromQueryResult, JoinType, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::{Near, VectorStore, index, nearest_first};
use crate::tutor_candidates::{self, Candidate, CandidateFilter, Column, Entity, fulfilling};
use crate::tutor_embeddings::TutorEmbeddings;
use crate::tx::Session;
use crate::{Db, Reader, StoreError, vector_column};

/// How many are compared one by one. For as many as that an index would save nothing: it is made of
/// all who teach the subject, and reads past those that the filter drops.
const FEW: u64 = 1_000;

/// How a search goes, until its transaction ends.
///
/// - `iterative_scan`: rows that the filter drops are made up for by further ones, in strict order.
/// - `ef_search`: how many are compared at once: twice as many as a match asks for. With half of it,
///   one query in forty ended in a wrong cluster.
/// - `max_scan_tuples`: a search that has seen so many in vain goes on for longer than an exact one
///   takes.
/// - `enable_sort`: the index gives its rows in order. The planner takes subjects and filter for
///   independent, so it expects too few rows and would rather compare and sort them all.
/// - `enable_seqscan`, `enable_hashjoin`, `enable_mergejoin`: what is compared with few is looked up by
///   its key, and not sought in the vectors of everybody.
/// - parallel workers gain nothing in a few milliseconds.
/// - `plan_cache_mode`: a plan for any model and subject could use the index of none.
const SETTINGS: &str = "SELECT set_config(name, value, true) FROM (VALUES \
     ('hnsw.iterative_scan', 'strict_order'), ('hnsw.ef_search', '200'), \
     ('hnsw.max_scan_tuples', '5000'), ('enable_sort', 'off'), ('enable_seqscan', 'off'), \
     ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('random_page_cost', '1.1'), \
     ('max_parallel_workers_per_gather', '0'), ('jit', 'off'), \
     ('plan_cache_mode', 'force_custom_plan')) AS settings (name, value)";

const DISTANCE: &str = "distance";

/// That of PostgreSQL.
#[derive(Debug, Clone)]
pub struct PgVectors {
    db: Db,
}

#[derive(FromQueryResult)]
struct Found {
    #[sea_orm(nested)]
    candidate: Candidate,
    distance: f64,
}

/// Whether an index may leave one out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    Approximate,
    Exact,
}

impl PgVectors {
    #[must_use]
    pub fn new(db: &Db) -> Self {
        Self { db: db.clone() }
    }
}

impl VectorStore for PgVectors {
    async fn ensure_index(&self, model: &EmbeddingModel) -> Result<(), StoreError> {
        index::ensure(&self.db, model).await
    }

    async fn nearest(
        &self,
        filter: &CandidateFilter,
        query: &Embedding,
        limit: u64,
    ) -> Result<Vec<Near>, StoreError> {
        let session = Session::begin(&self.db).await?;
        session.executor().execute_unprepared(SETTINGS).await?;
        let mut found = Vec::new();
        if are_many(&session, filter, query.model()).await? {
            found = search(&session, filter, query, limit, Search::Approximate).await?;
        }
        if u64::try_from(found.len()).is_ok_and(|count| count < limit) {
            found = search(&session, filter, query, limit, Search::Exact).await?;
        }
        session.end().await?;
        Ok(found)
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

/// Whether there are more than [`FEW`] to compare with.
async fn are_many(
    session: &Session,
    filter: &CandidateFilter,
    model: &EmbeddingModel,
) -> Result<bool, StoreError> {
    let beyond = embedded(filter, model).offset(FEW).limit(1);
    let beyond = beyond.into_model::<Candidate>();
    Ok(beyond.one(&session.executor()).await?.is_some())
}

/// Those that fulfil the filter and are embedded with the model.
fn embedded(filter: &CandidateFilter, model: &EmbeddingModel) -> Select<Entity> {
    fulfilling(filter).filter(Column::EmbeddedWith.eq(model.key()))
}

async fn search(
    session: &Session,
    filter: &CandidateFilter,
    query: &Embedding,
    limit: u64,
    how: Search,
) -> Result<Vec<Near>, StoreError> {
    let found: Vec<Found> = page(filter, query, limit, how)
        .into_model()
        .all(&session.executor())
        .await?;
    let near = |found: Found| (found.candidate, 1.0 - found.distance);
    let mut nearest: Vec<Near> = found.into_iter().map(near).collect();
    nearest.sort_by(nearest_first);
    Ok(nearest)
}

/// The nearest, with their distances.
fn page(filter: &CandidateFilter, query: &Embedding, limit: u64, how: Search) -> Select<Entity> {
    let model = query.model();
    let distance = match how {
        Search::Approximate => format!("{} <=> $1", index::vector(model)),
        // Nothing that an index is ordered by.
        Search::Exact => format!("({} <=> $1) + 0", index::vector(model)),
    };
    let distance = Expr::cust_with_values(distance, [vector_column::pg_value(query)]);
    let mut nearest = embedded(filter, model)
        .filter(Expr::cust(index::predicate(model, filter.subject_id)))
        .expr_as(distance, DISTANCE)
        .order_by_asc(Expr::col(DISTANCE))
        .order_by_asc(Column::TutorId)
        .limit(limit);
    let tutor_id = Expr::col((TutorEmbeddings::Table, TutorEmbeddings::TutorId));
    QueryTrait::query(&mut nearest).join(
        JoinType::InnerJoin,
        TutorEmbeddings::Table,
        tutor_id.equals((Entity, Column::TutorId)),
    );
    nearest
}
