//! Many tutors of mathematics with vectors, written at once.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{SubsecRound, Utc};
use domain::account::Role;
use domain::embedding::{Embedding, EmbeddingModel};
use domain::search::SearchDocument;
use domain::tutor::TutorProfileDraft;
use persistence::market::{self, MarketRows};
use persistence::tutor_search;
use persistence::tutor_subjects::TutorSubject;
use persistence::tutors::TutorProfile;
use persistence::{
    Actor, Db, Reader, Scope, Stamp, StoreError, execute_for_tests, subjects, write,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use services::accounts::{RegistrationDraft, new_user};
use services::tutors::new_profile;
use uuid::Uuid;

use super::id_in_sql;
use crate::support::TestDatabase;

pub struct Crowd {
    pub database: TestDatabase,
    pub vectors: BTreeMap<Uuid, Embedding>,
}

/// How a tutor of the crowd differs from the others, by the place in it.
pub type Differs<'a> = &'a dyn Fn(usize, &mut TutorProfile, &mut Vec<&'static str>);

impl Crowd {
    /// One tutor for each of the vectors, verified, embedded, online, of mathematics.
    pub async fn of(vectors: Vec<Embedding>, differs: Differs<'_>) -> Self {
        let database = TestDatabase::new().await;
        let db = &database.db;
        let at = Utc::now().trunc_subsecs(0);
        let mut rows = rows(db, vectors.len(), at, differs).await;
        for (tutor, embedding) in rows.tutors.iter_mut().zip(&vectors) {
            tutor.embedded_with = Some(embedding.model().key());
        }
        let ids: Vec<Uuid> = rows.tutors.iter().map(|tutor| tutor.id).collect();
        let rows = std::sync::Mutex::new(Some(rows));
        write(db, &Scope::new(at, Actor::Seed), async |tx| {
            let rows = rows.lock().unwrap().take().unwrap();
            market::insert(tx, rows, |_, _| {}).await?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
        let vectors: BTreeMap<Uuid, Embedding> = ids.into_iter().zip(vectors).collect();
        insert(db, &vectors).await;
        if db.is_postgres() {
            execute_for_tests(db, "ANALYZE").await.unwrap();
        }
        Self { database, vectors }
    }
}

async fn rows(db: &Db, size: usize, at: chrono::DateTime<Utc>, differs: Differs<'_>) -> MarketRows {
    let catalogue = subjects::list(db).await.unwrap();
    let account = RegistrationDraft {
        email: "tutor@example.org".into(),
        password: "сова-и-лампа".into(),
        role: Role::Tutor.to_string(),
        first_name: "Анна".into(),
        last_name: "Иванова".into(),
        time_zone: None,
        locale: None,
        consents: Vec::new(),
    };
    let account = account.parse().unwrap();
    let terms = TutorProfileDraft {
        bio: "Учу".into(),
        experience_years: 1,
        hourly_rate: 100_000,
        subjects: vec!["matematika".into()],
        city: None,
        region: None,
        time_zone: "Europe/Moscow".into(),
        formats: vec!["online".into()],
        availability: BTreeMap::default(),
    };
    let terms = terms.parse().unwrap();
    let mut rows = MarketRows::default();
    for place in 0..size {
        let stamp = || Stamp {
            id: Uuid::now_v7(),
            at,
            seed_run_id: None,
        };
        let mut user = new_user(stamp(), &account, None);
        user.email = format!("{}@example.org", user.id.simple());
        let mut tutor = new_profile(stamp(), user.id, &terms).unwrap();
        tutor.is_verified = true;
        let mut slugs = vec!["matematika"];
        differs(place, &mut tutor, &mut slugs);
        let taught = catalogue
            .iter()
            .filter(|s| slugs.contains(&s.slug.as_str()));
        rows.tutor_subjects
            .extend(taught.map(|subject| TutorSubject {
                tutor_id: tutor.id,
                subject_id: subject.id,
            }));
        let search = tutor_search::row(tutor.id, &SearchDocument::default());
        rows.tutor_search.push(search);
        rows.users.push(user);
        rows.tutors.push(tutor);
    }
    rows
}

async fn insert(db: &Db, vectors: &BTreeMap<Uuid, Embedding>) {
    let all: Vec<_> = vectors.iter().collect();
    for some in all.chunks(500) {
        let mut sql = String::from("INSERT INTO tutor_embeddings VALUES ");
        for (i, (id, embedding)) in some.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            let (model, id) = (embedding.model(), id_in_sql(db, **id));
            let (hash, vector, at) = if db.is_postgres() {
                ("'\\x00'", format!("'{:?}'", embedding.values()), "now()")
            } else {
                let bytes = embedding.values().iter().flat_map(|v| v.to_le_bytes());
                let bytes: Vec<u8> = bytes.collect();
                ("x'00'", format!("x'{}'", hex::encode(bytes)), "'2026'")
            };
            write!(
                sql,
                "{comma}({id}, '{}', {}, {hash}, {vector}, {at})",
                model.name(),
                model.dimensions()
            )
            .unwrap();
        }
        execute_for_tests(db, &sql).await.unwrap();
    }
}

/// Vectors around so many centres, and more like them to ask for; the same seed always the same.
pub struct Clusters {
    model: EmbeddingModel,
    centres: Vec<Vec<f32>>,
    random: StdRng,
}

impl Clusters {
    pub fn new(model: &EmbeddingModel, centres: usize, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let centres = (0..centres)
            .map(|_| point(&mut random, model.dimensions()))
            .collect();
        Self {
            model: model.clone(),
            centres,
            random,
        }
    }

    pub fn some(&mut self, count: usize) -> Vec<Embedding> {
        (0..count).map(|_| self.one()).collect()
    }

    fn one(&mut self) -> Embedding {
        let centre = self.random.random_range(0..self.centres.len());
        let noise = point(&mut self.random, self.model.dimensions());
        let values = self.centres[centre].iter().zip(noise);
        let values = values.map(|(centre, noise)| centre + 0.7 * noise).collect();
        Embedding::new(&self.model, values).unwrap()
    }
}

fn point(random: &mut StdRng, dimensions: u16) -> Vec<f32> {
    (0..dimensions)
        .map(|_| random.random_range(-1.0..1.0))
        .collect()
}
