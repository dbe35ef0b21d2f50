//! A tutor's own profile, and the card that the public sees of it.

use serde_json::{Value, json};

use crate::support::{TestApp, profile_body};

const CARD: [&str; 18] = [
    "availability",
    "bio",
    "city",
    "created_at",
    "currency",
    "experience_years",
    "first_name",
    "formats",
    "hourly_rate",
    "id",
    "is_premium",
    "is_verified",
    "last_initial",
    "rating",
    "rating_count",
    "region",
    "subjects",
    "time_zone",
];

fn fields(body: &Value) -> Vec<&str> {
    let keys = body.as_object().unwrap().keys();
    let mut fields: Vec<&str> = keys.map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

#[actix_web::test]
async fn a_tutor_makes_a_profile_and_reads_it() {
    let app = TestApp::new().await;
    let tutor = app.newcomer().await;
    let made = tutor.post("/me/tutor-profile", profile_body()).await;
    assert_eq!(made.header("location"), Some("/api/v1/me/tutor-profile"));
    let profile = made.expect(201);
    for (field, value) in profile_body().as_object().unwrap() {
        assert_eq!(&profile[field], value, "{field}");
    }
    assert_eq!(profile["stripe_customer_id"], Value::Null);
    assert_eq!(profile["premium_expires_at"], Value::Null);
    let read = tutor.get("/me/tutor-profile").await;
    assert_eq!(read.header("etag"), made.header("etag"));
    assert_eq!(read.expect(200), profile);
}

#[actix_web::test]
async fn a_tutor_has_one_profile() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let answer = tutor.post("/me/tutor-profile", profile_body()).await;
    answer.refused(409, "already_exists");
}

#[actix_web::test]
async fn a_profile_is_for_tutors() {
    let app = TestApp::new().await;
    let path = "/me/tutor-profile";
    let student = app.student().await;
    let answer = student.post(path, profile_body()).await;
    answer.refused(403, "forbidden");
    student.get(path).await.refused(403, "forbidden");
    let answer = app.anonymous().post(path, profile_body()).await;
    answer.refused(401, "unauthenticated");
    let answer = app.newcomer().await.get(path).await;
    answer.refused(404, "not_found");
}

#[actix_web::test]
async fn a_wrong_value_is_named_by_its_pointer() {
    let app = TestApp::new().await;
    let tutor = app.newcomer().await;
    for (field, value, pointer) in [
        ("bio", json!(""), "/bio"),
        ("experience_years", json!(-1), "/experience_years"),
        ("hourly_rate", json!(0), "/hourly_rate"),
        ("hourly_rate", json!(100_000_000), "/hourly_rate"),
        ("hourly_rate", json!(1500.5), "/hourly_rate"),
        ("subjects", json!([]), "/subjects"),
        ("subjects", json!(["magiya"]), "/subjects/0"),
        ("subjects", json!(["fizika", "fizika"]), "/subjects/1"),
        ("time_zone", json!("Moscow"), "/time_zone"),
        ("formats", json!(["by-post"]), "/formats/0"),
        ("is_verified", json!(true), "/is_verified"),
        ("rating", json!(5), "/rating"),
    ] {
        let mut body = profile_body();
        body[field] = value.clone();
        let answer = tutor.post("/me/tutor-profile", body).await;
        assert_eq!(answer.wrong_fields(), [pointer], "{value}");
    }
}

#[actix_web::test]
async fn a_change_leaves_the_other_fields_alone() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let path = "/me/tutor-profile";
    let read = tutor.get(path).await;
    let client = tutor.with("if-match", read.header("etag").unwrap());
    let body = json!({ "hourly_rate": 200_000, "city": null });
    let changed = client.patch(path, body.clone()).await;
    let mut expected = read.json();
    expected["hourly_rate"] = json!(200_000);
    expected["city"] = Value::Null;
    expected["updated_at"] = changed.expect(200)["updated_at"].clone();
    assert_eq!(changed.json(), expected);
    let answer = client.patch(path, body).await;
    answer.refused(412, "precondition_failed");
}

#[actix_web::test]
async fn a_card_has_exactly_the_public_fields() {
    let app = TestApp::new().await;
    let (tutor, id) = app.tutor().await;
    let card = app.anonymous().get(&format!("/tutors/{id}")).await;
    let card = card.expect(200);
    assert_eq!(fields(&card), CARD);
    assert_eq!(card["last_initial"], "И");
    assert_eq!(card["rating"], Value::Null);
    let list = app.anonymous().get("/tutors").await.expect(200);
    assert_eq!(list["items"], json!([card]));
    for private in [&tutor.email, &tutor.user_id, "Иванова"] {
        assert!(!list.to_string().contains(private), "{private}");
    }
}

#[actix_web::test]
async fn the_owner_sees_the_card_and_the_private_fields() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let profile = tutor.get("/me/tutor-profile").await.expect(200);
    let mut own = fields(&profile);
    own.retain(|field| !CARD.contains(field));
    let private = [
        "is_hidden",
        "premium_expires_at",
        "stripe_customer_id",
        "updated_at",
    ];
    assert_eq!(own, private);
}
