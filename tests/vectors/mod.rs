//! Vectors of texts: kept, told from outdated ones, and the nearest of them found.

mod cache;
mod crowd;
mod index;
mod kept;
mod nearest;
mod recall;
mod upgrade;
mod waiting;

use domain::embedding::{Embedding, EmbeddingModel};
use persistence::tutor_candidates::CandidateFilter;
use persistence::vector_store::{VectorStore, Vectors};
use persistence::{Db, Reader, StoreError, subjects, tutor_embeddings, tutors, write};
use uuid::Uuid;

use crate::support::TestApp;

fn model(dimensions: u16) -> EmbeddingModel {
    EmbeddingModel::new("text-embedding-3-small", dimensions).unwrap()
}

fn embedding(model: &EmbeddingModel, values: &[f32]) -> Embedding {
    Embedding::new(model, values.to_vec()).unwrap()
}

/// For an online lesson in the subject, whatever it costs.
async fn online(db: &Db, slug: &str) -> CandidateFilter {
    let catalogue = subjects::list(db).await.unwrap();
    let subject = catalogue.iter().find(|subject| subject.slug == slug);
    CandidateFilter {
        subject_id: subject.unwrap().id,
        wants_online: true,
        wants_offline: false,
        city: None,
        highest_rate: 99_999_999,
    }
}

/// An id as a literal.
fn id_in_sql(db: &Db, id: Uuid) -> String {
    if db.is_postgres() {
        format!("'{id}'")
    } else {
        format!("x'{}'", id.simple())
    }
}

/// Keeps a vector of the tutor's present text.
async fn embed(app: &TestApp, tutor_id: &str, embedding: &Embedding) {
    let id = Uuid::parse_str(tutor_id).unwrap();
    let version = tutors::find(app.db(), id).await.unwrap().unwrap().version;
    assert!(put(app, tutor_id, version, embedding).await);
}

async fn put(app: &TestApp, tutor_id: &str, version: i64, embedding: &Embedding) -> bool {
    let id = Uuid::parse_str(tutor_id).unwrap();
    write(app.db(), &app.scope(), async |tx| {
        let kept = tutor_embeddings::put(tx, id, version, [7; 32], embedding).await?;
        Ok::<_, StoreError>(kept)
    })
    .await
    .unwrap()
}

/// Who is nearest, in order.
async fn nearest(app: &TestApp, query: &Embedding) -> Vec<String> {
    let filter = online(app.db(), "matematika").await;
    let found = Vectors::of(app.db()).nearest(&filter, query, 10).await;
    let ids = found.unwrap().into_iter().map(|(near, _)| near.tutor_id);
    ids.map(|id| id.to_string()).collect()
}

/// Which candidates are not embedded with the model.
async fn pending(app: &TestApp, model: &EmbeddingModel) -> Vec<String> {
    let filter = online(app.db(), "matematika").await;
    let found = Vectors::of(app.db()).pending(&filter, model, 10).await;
    let ids = found.unwrap().into_iter().map(|waits| waits.tutor_id);
    ids.map(|id| id.to_string()).collect()
}
