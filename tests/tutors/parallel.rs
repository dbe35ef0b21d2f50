//! Profiles made and changed, and the list read, at the same time, on a real port.

use persistence::{execute_for_tests, integer_for_tests};
use serde_json::json;

use super::{SORTS, ids};
use crate::support::{Shot, TestApp, assert_steady, id, profile_body, tally};

#[actix_web::test]
async fn of_two_profiles_of_one_user_at_once_one_is_made() {
    let app = TestApp::new().await;
    let served = app.serve();
    for count in 1..=5 {
        let tutor = app.newcomer().await;
        let shot = Shot::post(&tutor, "/me/tutor-profile", &profile_body());
        let answers = served.at_once(shot.times(2)).await;
        assert_eq!(tally(&answers), [(201, 1), (409, 1)].into());
        let second = answers.iter().find(|answer| answer.status == 409).unwrap();
        second.refused(409, "already_exists");
        let profiles = "SELECT count(*) FROM tutor_profiles";
        assert_eq!(integer_for_tests(app.db(), profiles).await.unwrap(), count);
    }
}

#[actix_web::test]
async fn of_two_changes_of_one_version_of_a_profile_one_is_made() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let served = app.serve();
    let path = "/me/tutor-profile";
    for _ in 0..5 {
        let seen = tutor.get(path).await;
        let etag = seen.header("etag").unwrap();
        let charge = |rate: i64| Shot::patch(&tutor, path, etag, &json!({ "hourly_rate": rate }));
        let answers = served.at_once(vec![charge(1_000), charge(2_000)]).await;
        assert_eq!(tally(&answers), [(200, 1), (412, 1)].into());
        let made = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_eq!(made.json(), tutor.get(path).await.expect(200));
    }
}

#[actix_web::test]
async fn pages_of_tutors_neither_repeat_nor_hide_in_any_order_while_others_come_and_go() {
    let app = TestApp::new().await;
    let served = app.serve();
    for i in 0..10 {
        let mut profile = profile_body();
        profile["hourly_rate"] = json!(100_000 + i % 3);
        profile["experience_years"] = json!(i % 3);
        app.tutor_with(profile).await;
    }
    let untouched = ids(&app.anonymous().get("/tutors?limit=100").await.expect(200));
    let reader = app.student().await;
    for sort in SORTS {
        let mut newcomers = Vec::new();
        for _ in 0..4 {
            newcomers.push(app.newcomer().await.token);
        }
        let (courier, db) = (served.courier.clone(), app.db().clone());
        let writing = async move {
            for (newcomer, i) in newcomers.iter().zip(0..) {
                let mut profile = profile_body();
                profile["hourly_rate"] = json!(100_000 + i);
                profile["experience_years"] = json!(i);
                let shot = Shot::post(newcomer, "/me/tutor-profile", &profile);
                let profile = id(&courier.send(shot).await.expect(201));
                hide(&db, &profile).await;
            }
        };
        let list = format!("/tutors?q=математика&sort={sort}");
        let walks = served.walks_while(&reader, &list, writing).await;
        assert_steady(&walks, &untouched);
    }
}

/// As an administrator will do it.
async fn hide(db: &persistence::Db, profile: &str) {
    let hex = profile.replace('-', "");
    let sql = format!(
        "UPDATE tutor_profiles SET hidden_at = created_at WHERE {}",
        if persistence::Reader::is_postgres(db) {
            format!("id = '{profile}'")
        } else {
            format!("id = x'{hex}'")
        }
    );
    assert_eq!(execute_for_tests(db, &sql).await.unwrap(), 1);
}
