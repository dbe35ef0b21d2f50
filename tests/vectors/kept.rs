//! Whether a tutor's vector tells of the tutor's present text.

use persistence::tutors;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{embed, embedding, model, nearest, pending, put};
use crate::support::{Client, TestApp, profile_body};

/// A verified tutor of mathematics, embedded.
async fn embedded(app: &TestApp) -> (Client, String) {
    let (tutor, id) = app.tutor_with(profile_body()).await;
    app.verify(&id).await;
    embed(app, &id, &embedding(&model(2), &[1.0, 0.0])).await;
    (tutor, id)
}

#[actix_web::test]
async fn a_text_that_has_changed_is_invisible_until_it_is_embedded_again() {
    for (path, change) in [
        ("/me/tutor-profile", json!({ "bio": "Теперь о другом." })),
        (
            "/me/tutor-profile",
            json!({ "subjects": ["matematika", "fizika"] }),
        ),
        ("/me", json!({ "last_name": "Петрова" })),
        ("/me", json!({ "first_name": "Мария" })),
    ] {
        let app = TestApp::new().await;
        let (tutor, id) = embedded(&app).await;
        let query = embedding(&model(2), &[1.0, 1.0]);
        assert_eq!(nearest(&app, &query).await, [id.as_str()]);
        let seen = tutor.with("if-match", "*");
        seen.patch(path, change.clone()).await.expect(200);
        assert_eq!(nearest(&app, &query).await, [""; 0], "{change}");
        assert_eq!(pending(&app, &model(2)).await, [id.as_str()], "{change}");
        embed(&app, &id, &query).await;
        assert_eq!(nearest(&app, &query).await, [id], "{change}");
        assert_eq!(pending(&app, &model(2)).await, [""; 0], "{change}");
    }
}

#[actix_web::test]
async fn a_change_of_anything_else_keeps_the_vector() {
    let app = TestApp::new().await;
    let (tutor, id) = embedded(&app).await;
    let same_bio = profile_body()["bio"].clone();
    for change in [
        json!({ "hourly_rate": 170_000, "city": "Тула", "experience_years": 30 }),
        json!({ "bio": same_bio, "subjects": ["matematika"] }),
    ] {
        let seen = tutor.with("if-match", "*");
        seen.patch("/me/tutor-profile", change).await.expect(200);
    }
    let phone = json!({ "phone": "+79161234567", "last_name": "Иванова" });
    tutor.patch("/me", phone).await.expect(200);
    let query = embedding(&model(2), &[1.0, 1.0]);
    assert_eq!(nearest(&app, &query).await, [id]);
}

#[actix_web::test]
async fn a_vector_of_an_older_version_is_not_kept() {
    let app = TestApp::new().await;
    let (tutor, id) = embedded(&app).await;
    let key = Uuid::parse_str(&id).unwrap();
    let seen = tutors::find(app.db(), key).await.unwrap().unwrap().version;
    let change = json!({ "bio": "Теперь о другом." });
    let patched = tutor.with("if-match", "*");
    patched.patch("/me/tutor-profile", change).await.expect(200);
    let late = embedding(&model(2), &[0.0, 1.0]);
    assert!(!put(&app, &id, seen, &late).await);
    assert_eq!(nearest(&app, &late).await, [""; 0]);
    assert_eq!(pending(&app, &model(2)).await, [id.as_str()]);
    let sql = "SELECT count(*) FROM tutor_embeddings";
    let kept = persistence::integer_for_tests(app.db(), sql).await;
    assert_eq!(kept.unwrap(), 1);
}

#[actix_web::test]
async fn nobody_sees_that_a_profile_was_embedded() {
    let app = TestApp::new().await;
    let (tutor, id) = app.tutor_with(profile_body()).await;
    let path = "/me/tutor-profile";
    let before = tutor.get(path).await;
    app.advance(chrono::TimeDelta::minutes(5));
    embed(&app, &id, &embedding(&model(2), &[1.0, 0.0])).await;
    let after = tutor.get(path).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    let (before, after): (Value, Value) = (before.expect(200), after.expect(200));
    assert_eq!(after, before);
    let row = tutors::find(app.db(), Uuid::parse_str(&id).unwrap()).await;
    let row = row.unwrap().unwrap();
    assert_eq!(row.updated_at, row.created_at);
    assert_eq!(
        row.embedded_with.as_deref(),
        Some("text-embedding-3-small/2")
    );
}

#[actix_web::test]
async fn a_tutor_has_one_vector_of_a_model() {
    let app = TestApp::new().await;
    let (_, id) = embedded(&app).await;
    let other = embedding(&model(2), &[0.0, 1.0]);
    embed(&app, &id, &other).await;
    embed(&app, &id, &embedding(&model(3), &[1.0, 0.0, 0.0])).await;
    let sql = "SELECT count(*) FROM tutor_embeddings";
    let kept = persistence::integer_for_tests(app.db(), sql).await;
    assert_eq!(kept.unwrap(), 2);
}
