//! pgvector's index of a model's vectors. SQLite has none.

use domain::embedding::EmbeddingModel;
use futures_util::future::join_all;
use ml::External;
use persistence::vector_store::{VectorStore, Vectors, index_name};
use persistence::{Db, DbConfig, Reader, integer_for_tests, subjects, texts_for_tests};
use services::embeddings;
use uuid::Uuid;

use super::crowd::{Clusters, Crowd};
use super::{embedding, model, online};
use crate::support::{TestApp, TestDatabase, start_openai};

async fn indexes(db: &Db) -> Vec<String> {
    let sql = "SELECT indexname::text FROM pg_indexes WHERE indexdef LIKE '%hnsw%' ORDER BY 1";
    texts_for_tests(db, sql).await.unwrap()
}

/// Of a model's indexes.
async fn names(db: &Db, model: &EmbeddingModel) -> Vec<String> {
    let catalogue = subjects::list(db).await.unwrap().into_iter();
    let mut names: Vec<String> = catalogue.map(|s| index_name(model, s.id)).collect();
    names.sort();
    names
}

async fn alone(url: &str) -> Db {
    let config = DbConfig {
        url: url.to_owned(),
        max_connections: 1,
        schema: None,
    };
    Db::connect(&config).await.unwrap()
}

#[actix_web::test]
async fn processes_that_make_indexes_at_once_make_each_once() {
    let database = TestDatabase::new().await;
    let model = model(8);
    let processes = join_all((0..4).map(|_| alone(database.url()))).await;
    let stores: Vec<Vectors> = processes.iter().map(Vectors::of).collect();
    for made in join_all(stores.iter().map(|store| store.ensure_index(&model))).await {
        made.unwrap();
    }
    if database.db.is_postgres() {
        assert_eq!(
            indexes(&database.db).await,
            names(&database.db, &model).await
        );
    }
}

#[actix_web::test]
async fn each_model_and_size_has_an_index_for_each_subject() {
    let database = TestDatabase::new().await;
    let store = Vectors::of(&database.db);
    let largest = domain::embedding::MAX_DIMENSIONS;
    for _ in 0..2 {
        for model in [model(8), model(9), model(largest)] {
            store.ensure_index(&model).await.unwrap();
        }
    }
    if database.db.is_postgres() {
        let subjects = subjects::list(&database.db).await.unwrap().len();
        assert_eq!(indexes(&database.db).await.len(), 3 * subjects);
    }
}

/// After an upgrade, say, that has dropped them.
#[actix_web::test]
async fn indexes_are_made_where_nobody_waits_to_be_embedded_too() {
    let fake = start_openai().await;
    let app = TestApp::with_models(&fake.base_url()).await;
    let requested = embeddings::request_pending(app.tools(), &app.scope()).await;
    assert_eq!(requested.unwrap(), 0);
    let External::On(models) = app.tools().external else {
        panic!("no models");
    };
    if app.db().is_postgres() {
        let names = names(app.db(), models.embedder.model()).await;
        assert_eq!(indexes(app.db()).await, names);
    }
}

#[actix_web::test]
async fn names_of_indexes_are_short_and_differ() {
    let long = "m".repeat(120);
    let names: Vec<String> = [
        (format!("{long}a"), 8, 1),
        (format!("{long}b"), 8, 1),
        (format!("{long}a"), 9, 1),
        (format!("{long}a"), 8, 2),
    ]
    .iter()
    .map(|(name, size, subject)| {
        let model = EmbeddingModel::new(name, *size).unwrap();
        index_name(&model, Uuid::from_u128(*subject))
    })
    .collect();
    assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 4, "{names:?}");
    let known = index_name(&model(512), Uuid::nil());
    assert!(
        known.starts_with("ix_tutor_embeddings_text_embedding_3_small_"),
        "{known}"
    );
}

#[actix_web::test]
async fn the_nearest_of_many_are_found_by_the_index() {
    let model = model(16);
    let mut clusters = Clusters::new(&model, 50, 3);
    let crowd = Crowd::of(clusters.some(5_000), &|_, _, _| {}).await;
    if !crowd.database.db.is_postgres() {
        return;
    }
    let db = alone(crowd.database.url()).await;
    let store = Vectors::of(&db);
    store.ensure_index(&model).await.unwrap();
    let filter = online(&db, "matematika").await;
    let query = &clusters.some(1)[0];
    assert_eq!(store.nearest(&filter, query, 200).await.unwrap().len(), 200);
    // On the one connection: what it has counted is told when its next transaction ends.
    texts_for_tests(&db, "SELECT pg_stat_force_next_flush()::text")
        .await
        .unwrap();
    let sql = format!(
        "SELECT coalesce(sum(idx_scan), 0)::bigint FROM pg_stat_user_indexes WHERE indexrelname = '{}'",
        index_name(&model, filter.subject_id)
    );
    assert_eq!(integer_for_tests(&db, &sql).await.unwrap(), 1);
}

#[actix_web::test]
async fn as_many_are_found_as_there_are_when_the_near_ones_do_not_fulfil_the_filter() {
    let model = model(4);
    let there = embedding(&model, &[1.0, 1.0, 0.0, 0.0]);
    // Half of the tutors is where the query is, and the other half, which fulfils the filter,
    // opposite: the index gives up before it comes there.
    let mut side = 0.0;
    let vectors = (0..12_000).map(|place| {
        side += 1e-5;
        let way = if place % 2 == 0 { 1.0 } else { -1.0 };
        embedding(&model, &[way, way, side, side * side])
    });
    let crowd = Crowd::of(vectors.collect(), &|place, _, slugs| {
        if place % 2 == 1 {
            slugs.push("fizika");
        }
    })
    .await;
    let store = Vectors::of(&crowd.database.db);
    store.ensure_index(&model).await.unwrap();
    let filter = online(&crowd.database.db, "fizika").await;
    for limit in [10, 200] {
        let found = store.nearest(&filter, &there, limit).await.unwrap();
        assert_eq!(found.len(), usize::try_from(limit).unwrap());
    }
}
