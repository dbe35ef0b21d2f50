//! A market that an older version has filled.

use persistence::vector_store::{VectorStore, Vectors};
use persistence::{execute_for_tests, integer_for_tests};

use super::crowd::{Clusters, Crowd};
use super::{model, online};

/// The steps since candidates know their version.
const STEPS: u32 = 4;

#[actix_web::test]
async fn tutors_who_were_there_before_an_upgrade_are_found_after_it() {
    let model = model(8);
    let mut clusters = Clusters::new(&model, 3, 5);
    let crowd = Crowd::of(clusters.some(12), &|_, tutor, _| tutor.version = 7).await;
    let db = &crowd.database.db;
    let documents = "INSERT INTO tutor_documents (id, tutor_id, kind, file_name, content_type, size_bytes, \
         storage_key, created_at) SELECT id, id, 'diploma', 'a.pdf', 'application/pdf', 1, \
         'a-key-of-a-document', created_at FROM tutor_profiles ORDER BY id LIMIT 1";
    execute_for_tests(db, documents).await.unwrap();
    let connection = db.connection();
    migration::down(connection, STEPS).await.unwrap();
    migration::up(connection).await.unwrap();

    let known = "SELECT count(*) FROM tutor_candidates WHERE version = 7";
    assert_eq!(integer_for_tests(db, known).await.unwrap(), 12);
    let relied_on = "SELECT count(*) FROM tutor_documents WHERE relied_on_at IS NOT NULL";
    assert_eq!(integer_for_tests(db, relied_on).await.unwrap(), 1);
    let query = &clusters.some(1)[0];
    let filter = online(db, "matematika").await;
    let found = Vectors::of(db).nearest(&filter, query, 100).await.unwrap();
    assert_eq!(found.len(), 12);
}
