//! The vectors of tutors: made in the background when what is embedded has changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use domain::embedding::Embedding;
use ml::{Asking, Embedder, External, Urgency};
use persistence::embedding_cache::{self, TextHash};
use persistence::tutor_embeddings::{self, PendingTutor};
use persistence::vector_store::{VectorStore, Vectors};
use persistence::{Db, Scope, write};
use uuid::Uuid;

use crate::jobs::{Job, enqueue};
use crate::matching::{text_hash, tutor_text};
use crate::{ServiceError, Tools};

/// How many tutors are embedded by one call, at most.
const BATCH: usize = 32;
/// After so many calls the rest is left to another job, so that others have their turn.
const MOST_CALLS: usize = 40;
/// For one batch, with its retries. Nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Queues the embedding of those who wait for it, if there are any and a model can be asked, once their
/// vectors have indexes to lie in: in a market of many vectors these take minutes, which no job has.
/// Those who change their text queue it themselves; this is for seeds, and for another model.
///
/// # Errors
/// The database failed.
pub async fn request_pending(tools: Tools<'_>, scope: &Scope) -> Result<usize, ServiceError> {
    let External::On(models) = tools.external else {
        return Ok(0);
    };
    let model = models.embedder.model();
    Vectors::of(tools.db).ensure_index(model).await?;
    let pending = tutor_embeddings::list_pending(tools.db, model, 1).await?;
    if !pending.is_empty() {
        write(tools.db, scope, async |tx| {
            enqueue(tx, &Job::EmbedTutors).await
        })
        .await?;
    }
    Ok(pending.len())
}

/// Embeds tutors who wait for it, batch by batch: smaller ones where the provider is too slow for so
/// many texts or can't take one of them, and past a text that it can't take at all. If it fails, the
/// rest waits for the next request.
pub(crate) async fn embed_pending(
    tools: Tools<'_>,
    scope: impl Fn() -> Scope,
) -> Result<(), ServiceError> {
    let Tools {
        db,
        clock,
        external,
        ..
    } = tools;
    let External::On(models) = external else {
        return Ok(());
    };
    let embedder = &models.embedder;
    let (mut size, mut passed_by) = (BATCH, BTreeSet::new());
    for _ in 0..MOST_CALLS {
        let batch = next_batch(db, embedder, size, &passed_by).await?;
        let Some(first) = batch.first() else {
            return Ok(());
        };
        let asking = Asking {
            urgency: Urgency::Background,
            request_id: scope().request_id,
            deadline: clock.instant() + PATIENCE,
        };
        match embed(db, &scope(), embedder, &batch, &asking).await {
            Ok(()) => {}
            Err(ServiceError::Model(cause)) if !cause.is_about_the_text() => {
                log::warn!("tutors wait to be embedded: {cause}");
                return Ok(());
            }
            Err(ServiceError::Model(_)) if batch.len() > 1 => size = batch.len() / 2,
            Err(ServiceError::Model(cause)) => {
                let tutor_id = first.tutor_id.to_string();
                log::warn!(tutor_id = tutor_id.as_str(); "a tutor's text can't be embedded: {cause}");
                passed_by.insert(first.tutor_id);
            }
            Err(error) => return Err(error),
        }
    }
    write(db, &scope(), async |tx| {
        enqueue(tx, &Job::EmbedTutors).await
    })
    .await
}

/// Those who wait, but not those whom this job has passed by.
async fn next_batch(
    db: &Db,
    embedder: &Embedder,
    size: usize,
    passed_by: &BTreeSet<Uuid>,
) -> Result<Vec<PendingTutor>, ServiceError> {
    let most = u64::try_from(size + passed_by.len()).unwrap_or(u64::MAX);
    let mut pending = tutor_embeddings::list_pending(db, embedder.model(), most).await?;
    pending.retain(|tutor| !passed_by.contains(&tutor.tutor_id));
    pending.truncate(size);
    Ok(pending)
}

async fn embed(
    db: &Db,
    scope: &Scope,
    embedder: &Embedder,
    tutors: &[PendingTutor],
    asking: &Asking,
) -> Result<(), ServiceError> {
    let texts: Vec<(TextHash, String)> = tutors
        .iter()
        .map(|tutor| {
            let text = tutor_text(tutor);
            (text_hash(&text), text)
        })
        .collect();
    let hashes: Vec<TextHash> = texts.iter().map(|(hash, _)| *hash).collect();
    let mut vectors = embedding_cache::find(db, embedder.model(), &hashes).await?;
    let new = ask(embedder, &vectors, &texts, asking).await?;
    vectors.extend(new.iter().cloned());
    write(db, scope, async |tx| {
        embedding_cache::touch(tx, embedder.model(), &hashes).await?;
        embedding_cache::put(tx, &new).await?;
        for (tutor, hash) in tutors.iter().zip(&hashes) {
            if let Some(vector) = vectors.get(hash) {
                // One who has changed since waits for the next batch.
                tutor_embeddings::put(tx, tutor.tutor_id, tutor.version, *hash, vector).await?;
            }
        }
        Ok::<_, ServiceError>(())
    })
    .await
}

/// The vectors of the texts that are not known yet, each text once.
async fn ask(
    embedder: &Embedder,
    known: &HashMap<TextHash, Embedding>,
    texts: &[(TextHash, String)],
    asking: &Asking,
) -> Result<Vec<(TextHash, Embedding)>, ServiceError> {
    let unknown: BTreeMap<TextHash, String> = texts
        .iter()
        .filter(|(hash, _)| !known.contains_key(hash))
        .cloned()
        .collect();
    if unknown.is_empty() {
        return Ok(Vec::new());
    }
    let (hashes, texts): (Vec<TextHash>, Vec<String>) = unknown.into_iter().unzip();
    let vectors = embedder.embed(&texts, asking).await?;
    Ok(hashes.into_iter().zip(vectors).collect())
}
