//! Texts that have been embedded before.

use chrono::TimeDelta;
use domain::embedding::EmbeddingModel;
use persistence::{StoreError, embedding_cache, execute_for_tests, texts_for_tests, write};

use super::{embedding, model};
use crate::support::TestApp;

async fn keep(app: &TestApp, model: &EmbeddingModel, hash: u8, value: f32) {
    let values = vec![value; usize::from(model.dimensions())];
    let kept = [([hash; 32], embedding(model, &values))];
    write(app.db(), &app.scope(), async |tx| {
        embedding_cache::put(tx, &kept).await
    })
    .await
    .unwrap();
}

async fn touch(app: &TestApp, hashes: &[[u8; 32]]) {
    write(app.db(), &app.scope(), async |tx| {
        embedding_cache::touch(tx, &model(3), hashes).await
    })
    .await
    .unwrap();
}

/// The first number of the vector.
async fn found(app: &TestApp, model: &EmbeddingModel, hash: u8) -> Option<f32> {
    let found = embedding_cache::find(app.db(), model, &[[hash; 32], [99; 32]])
        .await
        .unwrap();
    found.get(&[hash; 32]).map(|vector| vector.values()[0])
}

async fn last_used(app: &TestApp) -> Vec<String> {
    let sql = "SELECT CAST(last_used_at AS text) FROM embedding_cache ORDER BY text_hash";
    texts_for_tests(app.db(), sql).await.unwrap()
}

#[actix_web::test]
async fn a_vector_is_found_by_its_model_its_size_and_its_text_alone() {
    let app = TestApp::new().await;
    keep(&app, &model(3), 1, 0.125).await;
    let another = EmbeddingModel::new("another", 3).unwrap();
    assert_eq!(found(&app, &model(3), 1).await, Some(0.125));
    assert_eq!(found(&app, &model(3), 2).await, None);
    assert_eq!(found(&app, &model(2), 1).await, None);
    assert_eq!(found(&app, &another, 1).await, None);
}

#[actix_web::test]
async fn a_vector_comes_back_as_it_was() {
    let app = TestApp::new().await;
    let values = [1.0, -0.333_333_34, 1.0e-20];
    let kept = [([1; 32], embedding(&model(3), &values))];
    write(app.db(), &app.scope(), async |tx| {
        embedding_cache::put(tx, &kept).await
    })
    .await
    .unwrap();
    let found = embedding_cache::find(app.db(), &model(3), &[[1; 32]]).await;
    assert_eq!(found.unwrap().get(&[1; 32]).unwrap().values(), values);
}

#[actix_web::test]
async fn a_vector_that_is_kept_stays() {
    let app = TestApp::new().await;
    keep(&app, &model(3), 1, 0.125).await;
    keep(&app, &model(3), 1, 0.5).await;
    assert_eq!(found(&app, &model(3), 1).await, Some(0.125));
}

#[actix_web::test]
async fn a_use_is_noted_once_a_day_in_one_statement() {
    let app = TestApp::new().await;
    keep(&app, &model(3), 1, 1.0).await;
    keep(&app, &model(3), 2, 1.0).await;
    let kept = last_used(&app).await;
    app.advance(TimeDelta::hours(23));
    touch(&app, &[[1; 32], [2; 32]]).await;
    assert_eq!(last_used(&app).await, kept);
    app.advance(TimeDelta::hours(1));
    let before = app.statements();
    touch(&app, &[[1; 32]]).await;
    // The transaction's own are not told.
    assert_eq!(app.statements() - before, 1);
    let touched = last_used(&app).await;
    assert_ne!(touched[0], kept[0]);
    assert_eq!(touched[1], kept[1]);
}

#[actix_web::test]
async fn what_nobody_has_used_for_long_is_removed_in_batches() {
    let app = TestApp::new().await;
    for hash in 1..=3 {
        keep(&app, &model(3), hash, 1.0).await;
    }
    app.advance(TimeDelta::days(30));
    touch(&app, &[[2; 32]]).await;
    keep(&app, &model(3), 4, 1.0).await;
    let purge = async || {
        write(app.db(), &app.scope(), async |tx| {
            embedding_cache::purge(tx, tx.now() - TimeDelta::days(29), 1).await
        })
        .await
        .unwrap()
    };
    assert_eq!([purge().await, purge().await, purge().await], [1, 1, 0]);
    assert_eq!(found(&app, &model(3), 1).await, None);
    assert_eq!(found(&app, &model(3), 2).await, Some(1.0));
    assert_eq!(found(&app, &model(3), 4).await, Some(1.0));
}

#[actix_web::test]
async fn a_stored_vector_of_another_length_is_refused() {
    let app = TestApp::new().await;
    keep(&app, &model(3), 1, 1.0).await;
    let shorter = if persistence::Reader::is_postgres(app.db()) {
        "UPDATE embedding_cache SET embedding = '[1,2]'"
    } else {
        "UPDATE embedding_cache SET embedding = x'0000803f0000803f'"
    };
    execute_for_tests(app.db(), shorter).await.unwrap();
    let found = embedding_cache::find(app.db(), &model(3), &[[1; 32]]).await;
    assert!(matches!(found, Err(StoreError::Corrupt(_))), "{found:?}");
}
