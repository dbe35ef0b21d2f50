//! Among whom a match chooses, and how near each one's text is to the order's.

use domain::embedding::Embedding;
use domain::matching::{CANDIDATE_LIMIT, Relevance};
use persistence::tutor_candidates::{self, Candidate, CandidateFilter};
use persistence::vector_store::{VectorStore, Vectors};
use persistence::{Db, StoreError};
use uuid::Uuid;

/// How many who are not embedded yet compete with those who are: new tutors, and those who have
/// just written another text.
const PENDING_LIMIT: u64 = 20;

/// Who competes.
pub(super) struct Pool {
    pub candidates: Vec<(Candidate, Relevance)>,
    /// Whether texts were compared by their meaning.
    pub is_semantic: bool,
    /// Somebody's text has not been embedded.
    pub has_pending: bool,
}

impl Pool {
    /// The version of a tutor's profile that competes.
    pub(super) fn version_of(&self, tutor_id: Uuid) -> Option<i64> {
        let is_theirs = |(candidate, _): &&(Candidate, _)| candidate.tutor_id == tutor_id;
        let found = self.candidates.iter().find(is_theirs);
        found.map(|(candidate, _)| candidate.version)
    }
}

/// The best that fulfil the filter, their texts compared word by word.
pub(super) async fn by_words(db: &Db, filter: &CandidateFilter) -> Result<Pool, StoreError> {
    let candidates = tutor_candidates::list(db, filter).await?;
    Ok(Pool {
        candidates: candidates.into_iter().map(lexical).collect(),
        is_semantic: false,
        has_pending: false,
    })
}

/// The nearest to an order's text, and beside them those of whom nobody knows how near they are. As
/// long as nobody is embedded it is [`by_words`].
pub(super) async fn by_meaning(
    db: &Db,
    filter: &CandidateFilter,
    order: &Embedding,
) -> Result<Pool, StoreError> {
    let vectors = Vectors::of(db);
    let near = vectors.nearest(filter, order, CANDIDATE_LIMIT).await?;
    let pending = vectors
        .pending(filter, order.model(), PENDING_LIMIT)
        .await?;
    let has_pending = !pending.is_empty();
    if near.is_empty() && has_pending {
        return Ok(Pool {
            has_pending,
            ..by_words(db, filter).await?
        });
    }
    let cosine = |(candidate, cosine)| (candidate, Relevance::Cosine(cosine));
    let near = near.into_iter().map(cosine);
    Ok(Pool {
        candidates: near.chain(pending.into_iter().map(lexical)).collect(),
        is_semantic: true,
        has_pending,
    })
}

fn lexical(candidate: Candidate) -> (Candidate, Relevance) {
    (candidate, Relevance::Lexical)
}
