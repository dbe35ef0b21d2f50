//! Among whom a match chooses, and how near each one's text is to the order's.

use std::sync::Arc;

use domain::embedding::Embedding;
use domain::matching::{NEAREST_LIMIT, Relevance};
use persistence::StoreError;
use persistence::tutor_candidates::{self, CandidateFilter};
use persistence::vector_store::{VectorStore, Vectors};
use uuid::Uuid;

use super::known_tutors::KnownTutor;
use crate::Tools;

/// Who competes.
pub(super) struct Pool {
    pub candidates: Vec<(Arc<KnownTutor>, Relevance)>,
    /// Whether texts were compared by their meaning.
    pub is_semantic: bool,
    /// Somebody's text has not been embedded.
    pub has_pending: bool,
}

impl Pool {
    /// The version of a tutor's profile that competes.
    pub(super) fn version_of(&self, tutor_id: Uuid) -> Option<i64> {
        let is_theirs = |(tutor, _): &&(Arc<KnownTutor>, _)| tutor.facts.tutor_id == tutor_id;
        let found = self.candidates.iter().find(is_theirs);
        found.map(|(tutor, _)| tutor.version)
    }
}

/// The best that fulfil the filter, their texts compared word by word.
pub(super) async fn by_words(
    tools: Tools<'_>,
    filter: &CandidateFilter,
) -> Result<Pool, StoreError> {
    let best = tutor_candidates::list(tools.db, filter).await?;
    let best = best.into_iter().map(|tutor| (tutor, Relevance::Lexical));
    Ok(Pool {
        candidates: tools.known_tutors.of(tools.db, best).await?,
        is_semantic: false,
        has_pending: false,
    })
}

/// The nearest to an order's text, and beside them those who are not embedded yet: new tutors, and
/// those who have just written another text. Nobody knows how near these are: see [`taken_for`]. Where
/// they are the most, words are compared instead.
pub(super) async fn by_meaning(
    tools: Tools<'_>,
    filter: &CandidateFilter,
    order: &Embedding,
) -> Result<Pool, StoreError> {
    let vectors = Vectors::of(tools.db);
    let near = vectors.nearest(filter, order, NEAREST_LIMIT).await?;
    let pending = vectors
        .pending(filter, order.model(), NEAREST_LIMIT)
        .await?;
    let has_pending = !pending.is_empty();
    if pending.len() > near.len() {
        return Ok(Pool {
            has_pending,
            ..by_words(tools, filter).await?
        });
    }
    let cosines: Vec<f64> = near.iter().map(|(_, cosine)| *cosine).collect();
    let taken_for = taken_for(&cosines);
    let near = near
        .into_iter()
        .map(|(tutor, cosine)| (tutor, Relevance::Cosine(cosine)));
    let pending = pending
        .into_iter()
        .map(|tutor| (tutor, Relevance::Cosine(taken_for)));
    Ok(Pool {
        candidates: tools.known_tutors.of(tools.db, near.chain(pending)).await?,
        is_semantic: true,
        has_pending,
    })
}

/// The cosine that somebody has of whom nobody knows how near they are, by those of the nearest, the
/// nearest first: to have one's text outdated must be no gain. They are as near as the one in the middle if
/// these are all there are, and as the last if there may be more, who are all further away.
fn taken_for(nearest: &[f64]) -> f64 {
    let is_all = usize::try_from(NEAREST_LIMIT).is_ok_and(|limit| nearest.len() < limit);
    let place = if is_all {
        nearest.len() / 2
    } else {
        nearest.len().saturating_sub(1)
    };
    nearest.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{NEAREST_LIMIT, taken_for};

    #[test]
    fn who_is_unknown_is_in_the_middle_of_all_and_behind_the_nearest_of_many() {
        let cosines = |count: u64| -> Vec<f64> {
            let count = u32::try_from(count).unwrap_or_default();
            (0..count).map(|n| f64::from(count - n)).collect()
        };
        for (count, expected) in [(0, 0), (1, 1), (4, 2), (NEAREST_LIMIT, 1)] {
            let taken_for = taken_for(&cosines(count));
            assert_eq!(
                taken_for.to_bits(),
                f64::from(expected).to_bits(),
                "{count}"
            );
        }
    }
}
