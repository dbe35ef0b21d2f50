//! How many of the nearest an approximate search finds. The whole of it, by hand:
//!
//! ```sh
//! VECTORS=50000 VECTOR_DIMENSIONS=512 TEST_POSTGRES_URL=$(scripts/postgres) \
//!     cargo test -p api --test system vectors::recall -- --nocapture
//! ```

use std::time::{Duration, Instant};

use domain::embedding::Embedding;
use persistence::tutor_candidates::CandidateFilter;
use persistence::vector_store::{VectorStore, Vectors};
use uuid::Uuid;

use super::crowd::{Clusters, Crowd};
use super::{model, online};

const K: usize = 10;

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    let set = std::env::var(name).ok();
    set.and_then(|set| set.parse().ok()).unwrap_or(default)
}

const CHEAP: i64 = 100_000;
const DEAR: i64 = 200_000;

/// Every so manieth tutor teaches the subject; and what is paid for it.
const SHARES: [(usize, &str, i64); 5] = [
    (1, "matematika", DEAR),
    (1, "matematika", CHEAP),
    (2, "fizika", DEAR),
    (20, "himiya", DEAR),
    (200, "biologiya", DEAR),
];

/// Every third is cheap.
fn rate(place: usize) -> i64 {
    if place.is_multiple_of(3) { CHEAP } else { DEAR }
}

/// The ids of the truly nearest, among every so manieth.
fn truly_nearest(crowd: &Crowd, share: &[Uuid], query: &Embedding) -> Vec<Uuid> {
    let cosine = |id: &Uuid| crowd.vectors[id].cosine(query).unwrap();
    let mut near: Vec<(f64, Uuid)> = share.iter().map(|id| (cosine(id), *id)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(K).map(|(_, id)| id).collect()
}

/// How many of the truly nearest are found, and how long the searches take.
async fn hits(
    crowd: &Crowd,
    filter: &CandidateFilter,
    share: &[Uuid],
    queries: &[Embedding],
) -> (usize, Duration) {
    let store = Vectors::of(&crowd.database.db);
    let (mut hits, mut elapsed) = (0, Duration::ZERO);
    for query in queries {
        let began = Instant::now();
        let limit = K.try_into().unwrap();
        let found = store.nearest(filter, query, limit).await.unwrap();
        elapsed += began.elapsed();
        assert_eq!(found.len(), K.min(share.len()));
        let truly = truly_nearest(crowd, share, query);
        let is_hit = |near: &&(_, f64)| truly.contains(&candidate_id(near));
        hits += found.iter().filter(is_hit).count();
    }
    (hits, elapsed)
}

fn candidate_id(near: &(persistence::tutor_candidates::Candidate, f64)) -> Uuid {
    near.0.tutor_id
}

#[actix_web::test]
async fn nineteen_of_twenty_of_the_nearest_are_found_whatever_the_filter() {
    let model = model(setting("VECTOR_DIMENSIONS", 64));
    let size: usize = setting("VECTORS", 5_000);
    let mut clusters = Clusters::new(&model, 300, 11);
    let crowd = Crowd::of(clusters.some(size), &|place, tutor, slugs| {
        let others = SHARES.iter().filter(|(every, ..)| *every > 1);
        let taught = others.filter(|(every, ..)| place % every == 0);
        slugs.extend(taught.map(|(_, slug, _)| *slug));
        tutor.hourly_rate_minor = rate(place);
    })
    .await;
    let db = &crowd.database.db;
    let began = Instant::now();
    Vectors::of(db).ensure_index(&model).await.unwrap();
    println!(
        "{size} vectors of {model}, indexed in {:.1?}",
        began.elapsed()
    );
    let queries = clusters.some(if size > 5_000 { 50 } else { 10 });
    let ids: Vec<Uuid> = crowd.vectors.keys().copied().collect();
    for (every, slug, highest_rate) in SHARES {
        let taught = ids.iter().enumerate().step_by(every);
        let fulfilling = taught.filter(|(place, _)| rate(*place) <= highest_rate);
        let share: Vec<Uuid> = fulfilling.map(|(_, id)| *id).collect();
        let filter = CandidateFilter {
            highest_rate,
            ..online(db, slug).await
        };
        let (hits, elapsed) = hits(&crowd, &filter, &share, &queries).await;
        let all = queries.len() * K.min(share.len());
        let count = u32::try_from(queries.len()).unwrap();
        println!(
            "of every {every}th for {highest_rate}: {hits} of {all} found, {:.1?} each",
            elapsed / count
        );
        assert!(hits * 20 >= all * 19, "{hits} of {all} of every {every}th");
    }
}
