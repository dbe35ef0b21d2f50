//! Who waits to be embedded.

use domain::embedding::EmbeddingModel;
use persistence::execute_for_tests;
use persistence::tutor_embeddings::{count_pending, list_pending};
use serde_json::json;
use uuid::Uuid;

use super::{embed, embedding, id_in_sql, model, pending};
use crate::support::{TestApp, profile_body};

#[actix_web::test]
async fn what_is_to_be_embedded_is_given_with_the_name_to_mask() {
    let app = TestApp::new().await;
    let mut profile = profile_body();
    profile["subjects"] = json!(["fizika", "matematika"]);
    let (_, id) = app.tutor_with(profile).await;
    app.verify(&id).await;
    let waiting = list_pending(app.db(), &model(2), 10).await.unwrap();
    let [tutor] = waiting.as_slice() else {
        panic!("{waiting:?}");
    };
    assert_eq!(tutor.tutor_id.to_string(), id);
    assert_eq!(tutor.version, 2);
    assert_eq!(json!(tutor.bio), profile_body()["bio"]);
    assert_eq!(tutor.subjects, ["Математика", "Физика"]);
    assert_eq!((&*tutor.first_name, &*tutor.last_name), ("Анна", "Иванова"));
}

#[actix_web::test]
async fn only_those_wait_who_can_be_matched() {
    let app = TestApp::new().await;
    app.tutor().await; // is not verified
    let (_, verified) = app.tutor().await;
    app.verify(&verified).await;
    let (_, hidden) = app.tutor().await;
    app.verify(&hidden).await;
    let hide = format!(
        "UPDATE tutor_profiles SET hidden_at = created_at WHERE id = {}",
        id_in_sql(app.db(), Uuid::parse_str(&hidden).unwrap())
    );
    execute_for_tests(app.db(), &hide).await.unwrap();
    let waiting = list_pending(app.db(), &model(2), 10).await.unwrap();
    let ids: Vec<String> = waiting.iter().map(|t| t.tutor_id.to_string()).collect();
    assert_eq!(ids, [verified]);
    assert_eq!(count_pending(app.db(), &model(2)).await.unwrap(), 1);
}

#[actix_web::test]
async fn no_more_are_given_than_were_asked_for() {
    let app = TestApp::new().await;
    for _ in 0..3 {
        let (_, id) = app.tutor().await;
        app.verify(&id).await;
    }
    let waiting = list_pending(app.db(), &model(2), 2).await.unwrap();
    assert_eq!(waiting.len(), 2);
    assert_eq!(count_pending(app.db(), &model(2)).await.unwrap(), 3);
}

#[actix_web::test]
async fn those_of_former_models_and_of_other_sizes_wait() {
    let app = TestApp::new().await;
    let named = |name: &str| EmbeddingModel::new(name, 2).unwrap();
    let before = named("a-model");
    let present = named("m-model");
    let after = named("z-model");
    let mut ids = Vec::new();
    for model in [&before, &present, &after] {
        let (_, id) = app.tutor_with(profile_body()).await;
        app.verify(&id).await;
        embed(&app, &id, &embedding(model, &[1.0, 0.0])).await;
        ids.push(id);
    }
    let (_, never) = app.tutor_with(profile_body()).await;
    app.verify(&never).await;
    let mut expected = vec![ids[0].clone(), ids[2].clone(), never];
    expected.sort();
    assert_eq!(pending(&app, &present).await, expected);
    let waiting = list_pending(app.db(), &present, 10).await.unwrap();
    let waiting: Vec<String> = waiting.iter().map(|t| t.tutor_id.to_string()).collect();
    assert_eq!(waiting, expected);
    let larger = EmbeddingModel::new("m-model", 3).unwrap();
    assert_eq!(count_pending(app.db(), &larger).await.unwrap(), 4);
}
