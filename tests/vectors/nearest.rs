//! Who is nearest among those that fulfil the filter.

use domain::embedding::{Embedding, EmbeddingModel};
use persistence::tutor_candidates::{self, CandidateFilter};
use persistence::vector_store::{BruteForceVectors, Near, VectorStore, Vectors};
use uuid::Uuid;

use super::crowd::{Clusters, Crowd};
use super::{embed, embedding, model, nearest, online};
use crate::support::{TestApp, profile_body};

/// Tutors that differ in all that a filter asks for.
async fn varied(model: &EmbeddingModel) -> Crowd {
    let vectors = Clusters::new(model, 5, 1).some(150);
    Crowd::of(vectors, &|place, tutor, slugs| {
        if place % 3 == 0 {
            slugs.push("fizika");
        }
        tutor.hourly_rate_minor = 100_000 + 1_000 * i64::try_from(place).unwrap();
        tutor.is_verified = place % 7 != 0;
        tutor.teaches_online = place % 2 == 0;
        tutor.teaches_offline = place % 4 != 0;
        tutor.city_folded = (place % 5 != 0).then(|| "тула".into());
        if place % 11 == 0 {
            tutor.hidden_at = Some(tutor.created_at);
        }
    })
    .await
}

/// The candidates by rules, of whom there are fewer than their limit, by the cosine.
async fn expected(crowd: &Crowd, filter: &CandidateFilter, query: &Embedding) -> Vec<(Uuid, f64)> {
    let candidates = tutor_candidates::list(&crowd.database.db, filter).await;
    let cosine = |id: &Uuid| crowd.vectors[id].cosine(query).unwrap();
    let ids = candidates.unwrap().into_iter().map(|c| c.tutor_id);
    let mut near: Vec<(Uuid, f64)> = ids.map(|id| (id, cosine(&id))).collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1));
    near
}

fn assert_alike(found: &[Near], expected: &[(Uuid, f64)], what: &str) {
    let ids = |near: &[Near]| near.iter().map(|n| n.0.tutor_id).collect::<Vec<_>>();
    let expected_ids: Vec<Uuid> = expected.iter().map(|e| e.0).collect();
    assert_eq!(ids(found), expected_ids, "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found.1 - expected.1).abs() < 1e-6, "{what}");
    }
}

#[actix_web::test]
async fn both_stores_give_the_candidates_by_their_cosine() {
    let model = model(16);
    let crowd = varied(&model).await;
    let db = &crowd.database.db;
    let (own, brute_force) = (Vectors::of(db), BruteForceVectors::new(db));
    own.ensure_index(&model).await.unwrap();
    let all = online(db, "matematika").await;
    let offline = CandidateFilter {
        wants_online: false,
        wants_offline: true,
        city: Some("тула".into()),
        ..all.clone()
    };
    let cheap = CandidateFilter {
        highest_rate: 150_000,
        wants_offline: true,
        ..all.clone()
    };
    let rare = CandidateFilter {
        highest_rate: 110_000,
        ..online(db, "fizika").await
    };
    let nobody = online(db, "filosofiya").await;
    let mut counts = Vec::new();
    for filter in [all, offline, cheap, rare, nobody] {
        for query in Clusters::new(&model, 5, 1).some(3) {
            let expected = expected(&crowd, &filter, &query).await;
            for limit in [1, 10, 200] {
                let what = format!("{limit} of {filter:?}");
                let some = &expected[..expected.len().min(limit)];
                let limit = limit.try_into().unwrap();
                let found = own.nearest(&filter, &query, limit).await.unwrap();
                assert_alike(&found, some, &what);
                let found = brute_force.nearest(&filter, &query, limit).await.unwrap();
                assert_alike(&found, some, &what);
            }
            counts.push(expected.len());
        }
    }
    counts.dedup();
    assert_eq!(counts.len(), 5, "{counts:?}");
}

#[actix_web::test]
async fn a_near_candidate_is_read_as_the_rules_read_it() {
    let model = model(4);
    let crowd = varied(&model).await;
    let db = &crowd.database.db;
    let filter = online(db, "matematika").await;
    let by_rules = tutor_candidates::list(db, &filter).await.unwrap();
    let query = &Clusters::new(&model, 5, 1).some(1)[0];
    let near = Vectors::of(db).nearest(&filter, query, 200).await.unwrap();
    assert_eq!(near.len(), by_rules.len());
    for (near, _) in &near {
        let by_rules = by_rules.iter().find(|c| c.tutor_id == near.tutor_id);
        assert_eq!(Some(near), by_rules);
    }
}

#[actix_web::test]
async fn equally_near_ones_come_in_the_order_of_their_ids() {
    let model = model(2);
    let vectors = vec![embedding(&model, &[1.0, 2.0]); 30];
    let crowd = Crowd::of(vectors, &|_, _, _| {}).await;
    let db = &crowd.database.db;
    let own = Vectors::of(db);
    own.ensure_index(&model).await.unwrap();
    let filter = online(db, "matematika").await;
    let query = embedding(&model, &[2.0, 1.0]);
    let found = own.nearest(&filter, &query, 12).await.unwrap();
    let found: Vec<Uuid> = found.into_iter().map(|(near, _)| near.tutor_id).collect();
    let lowest: Vec<Uuid> = crowd.vectors.keys().copied().take(12).collect();
    assert_eq!(found, lowest);
}

#[actix_web::test]
async fn vectors_of_another_model_or_size_are_not_seen() {
    let app = TestApp::new().await;
    let (_, id) = app.tutor_with(profile_body()).await;
    app.verify(&id).await;
    embed(&app, &id, &embedding(&model(2), &[1.0, 0.0])).await;
    let another = EmbeddingModel::new("another", 2).unwrap();
    assert_eq!(
        nearest(&app, &embedding(&another, &[1.0, 0.0])).await,
        [""; 0]
    );
    let larger = embedding(&model(3), &[1.0, 0.0, 0.0]);
    assert_eq!(nearest(&app, &larger).await, [""; 0]);
    // Of two models, the one with which the present text was embedded last.
    embed(&app, &id, &embedding(&another, &[1.0, 0.0])).await;
    assert_eq!(nearest(&app, &embedding(&another, &[1.0, 0.0])).await, [id]);
    assert_eq!(
        nearest(&app, &embedding(&model(2), &[1.0, 0.0])).await,
        [""; 0]
    );
}
