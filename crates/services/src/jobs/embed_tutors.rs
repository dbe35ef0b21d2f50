//! Embedding the tutors whose text has changed.

use persistence::{Actor, Scope};
use uuid::Uuid;

use crate::{ServiceError, Tools, embeddings};

pub(super) async fn embed_tutors(tools: Tools<'_>, job_id: Uuid) -> Result<(), ServiceError> {
    let scope = || Scope {
        request_id: Some(format!("job-{job_id}")),
        ..Scope::new(tools.clock.now(), Actor::Job)
    };
    embeddings::embed_pending(tools, scope).await
}
