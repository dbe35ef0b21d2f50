//! One's own data.

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

#[actix_web::test]
async fn the_own_account_has_the_fields_of_the_contract() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let me = student.get("/me").await.expect(200);
    let mut fields: Vec<&str> = me.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "created_at",
            "email",
            "first_name",
            "id",
            "is_verified",
            "last_name",
            "locale",
            "phone",
            "role",
            "time_zone",
        ]
    );
    assert!(me["created_at"].as_str().unwrap().ends_with('Z'), "{me}");
}

#[actix_web::test]
async fn a_change_leaves_the_other_fields_alone() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let mut expected = student.get("/me").await.expect(200);
    let body = json!({ "first_name": "Мария", "time_zone": "Asia/Omsk", "locale": "en" });
    let changed = student.patch("/me", body).await.expect(200);
    expected["first_name"] = json!("Мария");
    expected["time_zone"] = json!("Asia/Omsk");
    expected["locale"] = json!("en");
    assert_eq!(changed, expected);
    assert_eq!(student.get("/me").await.expect(200), expected);
}

#[actix_web::test]
async fn a_phone_number_is_stored_in_one_form_and_null_removes_it() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let body = json!({ "phone": "+7 (916) 123-45-67" });
    let me = student.patch("/me", body).await.expect(200);
    assert_eq!(me["phone"], "+79161234567");
    let me = student.patch("/me", json!({})).await.expect(200);
    assert_eq!(me["phone"], "+79161234567");
    let me = student.patch("/me", json!({ "phone": null })).await;
    assert_eq!(me.expect(200)["phone"], Value::Null);
}

#[actix_web::test]
async fn a_wrong_value_is_named_by_its_pointer_and_changes_nothing() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let before = student.get("/me").await.expect(200);
    for (field, value) in [
        ("first_name", json!(" ")),
        ("last_name", json!(null)),
        ("phone", json!("123")),
        ("time_zone", json!("Moscow")),
        ("locale", json!("fr")),
        ("colour", json!("red")),
    ] {
        let mut body = json!({ "last_name": "Петрова" });
        body[field] = value;
        let answer = student.patch("/me", body).await;
        assert_eq!(answer.wrong_fields(), [format!("/{field}")]);
    }
    assert_eq!(student.get("/me").await.expect(200), before);
}

#[actix_web::test]
async fn what_is_only_read_cannot_be_written() {
    let app = TestApp::new().await;
    let student = app.student().await;
    for (field, value) in [
        ("id", json!("0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c")),
        ("email", json!("other@example.org")),
        ("role", json!("admin")),
        ("is_verified", json!(true)),
        ("created_at", json!("2026-01-01T00:00:00Z")),
    ] {
        let answer = student.patch("/me", json!({ field: value })).await;
        assert_eq!(answer.wrong_fields(), [format!("/{field}")]);
    }
}

#[actix_web::test]
async fn an_account_is_read_and_changed_only_signed_in() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    nobody.get("/me").await.refused(401, "unauthenticated");
    let answer = nobody.patch("/me", json!({ "role": "admin" })).await;
    answer.refused(401, "unauthenticated");
}

/// The tag of the tutor's own profile.
async fn profile_tag(tutor: &Client) -> String {
    let answer = tutor.get("/me/tutor-profile").await;
    answer.header("etag").unwrap().to_owned()
}

#[actix_web::test]
async fn a_profile_read_before_its_tutor_took_another_name_is_out_of_date() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let tag = profile_tag(&tutor).await;
    let body = json!({ "first_name": "Мария" });
    tutor.patch("/me", body).await.expect(200);
    let reader = tutor.with("if-none-match", &tag);
    let profile = reader.get("/me/tutor-profile").await.expect(200);
    assert_eq!(profile["first_name"], "Мария");
}

#[actix_web::test]
async fn what_a_profile_does_not_show_leaves_its_version_alone() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let tag = profile_tag(&tutor).await;
    let body = json!({ "phone": "+79161234567", "first_name": "Анна", "locale": "en" });
    tutor.patch("/me", body).await.expect(200);
    assert_eq!(profile_tag(&tutor).await, tag);
}
