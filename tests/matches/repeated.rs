//! What the filters of a match ask of a tutor is repeated in a table of its own, whoever writes.

use persistence::{execute_for_tests, integer_for_tests};
use serde_json::json;

use crate::support::{TestApp, profile_body};

const COLUMNS: &str = "rating_milli, rating_count, experience_years, hourly_rate_minor, teaches_online, \
     teaches_offline, city_folded, embedded_with, version";

/// How many rows there are, if they are those of the tutors who are verified and seen.
async fn repeated(app: &TestApp) -> i64 {
    let expected = format!(
        "SELECT p.id, s.subject_id, {COLUMNS} FROM tutor_profiles p JOIN tutor_subjects s ON s.tutor_id = p.id \
         WHERE p.is_verified AND p.hidden_at IS NULL AND p.deleted_at IS NULL"
    );
    let found = format!("SELECT tutor_id, subject_id, {COLUMNS} FROM tutor_candidates");
    for (one, other) in [(&expected, &found), (&found, &expected)] {
        let differ = format!("SELECT count(*) FROM ({one} EXCEPT {other}) AS differ");
        assert_eq!(integer_for_tests(app.db(), &differ).await.unwrap(), 0);
    }
    let count = "SELECT count(*) FROM tutor_candidates";
    integer_for_tests(app.db(), count).await.unwrap()
}

#[actix_web::test]
async fn candidates_are_those_who_are_verified_and_teach_the_subject() {
    let app = TestApp::new().await;
    let (tutor, id) = app.tutor_with(profile_body()).await;
    assert_eq!(repeated(&app).await, 0);
    app.verify(&id).await;
    assert_eq!(repeated(&app).await, 1);
    for (subjects, count) in [(json!(["fizika", "himiya"]), 2), (json!(["matematika"]), 1)] {
        let seen = tutor.with("if-match", "*");
        let change = json!({ "subjects": subjects });
        seen.patch("/me/tutor-profile", change).await.expect(200);
        assert_eq!(repeated(&app).await, count);
    }
}

#[actix_web::test]
async fn candidates_follow_every_change_of_what_is_asked_of_them() {
    let app = TestApp::new().await;
    for _ in 0..2 {
        let (_, id) = app.tutor_with(profile_body()).await;
        app.verify(&id).await;
    }
    for change in [
        "rating_sum = 4, rating_count = 1",
        "rating_milli = 4000",
        "experience_years = 30",
        "hourly_rate_minor = 5",
        "teaches_online = (1 = 0)",
        "teaches_offline = (1 = 1), teaches_online = (1 = 1)",
        "city_folded = 'тула'",
        "city_folded = NULL",
        "embedded_with = 'm/2'",
        "embedded_with = NULL",
        "version = version + 1",
    ] {
        let sql = format!("UPDATE tutor_profiles SET {change}");
        execute_for_tests(app.db(), &sql).await.unwrap();
        assert_eq!(repeated(&app).await, 2, "{change}");
    }
}

#[actix_web::test]
async fn nobody_who_is_no_longer_seen_is_a_candidate() {
    for (gone, back) in [
        ("is_verified = (1 = 0)", "is_verified = (1 = 1)"),
        ("hidden_at = created_at", "hidden_at = NULL"),
        ("deleted_at = created_at", "deleted_at = NULL"),
    ] {
        let app = TestApp::new().await;
        let (_, id) = app.tutor_with(profile_body()).await;
        app.verify(&id).await;
        for (change, count) in [(gone, 0), (back, 1)] {
            let sql = format!("UPDATE tutor_profiles SET {change}");
            execute_for_tests(app.db(), &sql).await.unwrap();
            assert_eq!(repeated(&app).await, count, "{change}");
        }
        let delete = "DELETE FROM tutor_profiles";
        execute_for_tests(app.db(), delete).await.unwrap();
        assert_eq!(repeated(&app).await, 0);
    }
}
