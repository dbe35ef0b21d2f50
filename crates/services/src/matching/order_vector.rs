//! The embedding of an order's text: from the cache, or asked for once.

use domain::embedding::{Embedding, EmbeddingModel};
use ml::{Asking, Cause, Embedder};
use persistence::embedding_cache::{self, TextHash};
use persistence::{Db, Scope, write};
use sha2::{Digest, Sha256};

use crate::{ServiceError, error_chain};

/// A kept embedding that was used again.
pub(super) struct Used {
    pub model: EmbeddingModel,
    pub hash: TextHash,
}

/// An order's vector.
pub(super) struct OrderVector {
    pub embedding: Embedding,
    /// If it was kept from an earlier time.
    pub used: Option<Used>,
}

/// By what a text is found again.
pub(crate) fn hash(text: &str) -> TextHash {
    Sha256::digest(text.as_bytes()).into()
}

/// The vector of a text that may leave the house. What the cache has is not asked for, and those
/// who want the same at the same time make one call.
///
/// # Errors
/// The database failed; or, inside, why there is no vector.
pub(super) async fn find(
    db: &Db,
    scope: &Scope,
    embedder: &Embedder,
    text: String,
    asking: &Asking,
) -> Result<Result<OrderVector, Cause>, ServiceError> {
    let (model, hash) = (embedder.model(), hash(&text));
    let mut kept = embedding_cache::find(db, model, &[hash]).await?;
    if let Some(embedding) = kept.remove(&hash) {
        let model = model.clone();
        let used = Some(Used { model, hash });
        return Ok(Ok(OrderVector { embedding, used }));
    }
    let shared = match embedder.embed_shared(text, asking).await {
        Ok(shared) => shared,
        Err(cause) => return Ok(Err(cause)),
    };
    if shared.is_ours {
        keep(db, scope, hash, &shared.value).await;
    }
    Ok(Ok(OrderVector {
        embedding: shared.value,
        used: None,
    }))
}

/// At once, for those who come a moment later. A match has its vector whether or not it is kept.
async fn keep(db: &Db, scope: &Scope, hash: TextHash, embedding: &Embedding) {
    let kept = write(db, scope, async |tx| {
        embedding_cache::put(tx, &[(hash, embedding.clone())]).await
    });
    if let Err(error) = kept.await {
        log::warn!("an embedding was not kept: {}", error_chain(&error));
    }
}
