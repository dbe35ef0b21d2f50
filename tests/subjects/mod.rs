//! The catalogue of subjects.

use serde_json::{Value, json};

use crate::support::{TestApp, profile_body};

const SLUGS: [&str; 14] = [
    "matematika",
    "fizika",
    "himiya",
    "biologiya",
    "anglijskij-yazyk",
    "nemeckij-yazyk",
    "russkij-yazyk",
    "literatura",
    "istoriya",
    "obshchestvoznanie",
    "geografiya",
    "informatika",
    "ekonomika",
    "filosofiya",
];

fn slugs(body: &Value) -> Vec<&str> {
    let items = body["items"].as_array().unwrap();
    items.iter().map(|s| s["slug"].as_str().unwrap()).collect()
}

/// How many tutors teach the subject, as the list says.
async fn tutor_count(app: &TestApp, slug: &str) -> i64 {
    let body = app.anonymous().get("/subjects").await.expect(200);
    let items = body["items"].as_array().unwrap();
    let subject = items.iter().find(|s| s["slug"] == slug).unwrap();
    subject["tutor_count"].as_i64().unwrap()
}

#[actix_web::test]
async fn the_catalogue_comes_whole_and_in_its_order() {
    let app = TestApp::new().await;
    let body = app.anonymous().get("/subjects").await.expect(200);
    assert_eq!(slugs(&body), SLUGS);
    assert_eq!(body["next_cursor"], Value::Null);
}

#[actix_web::test]
async fn a_subject_has_the_fields_of_the_contract() {
    let app = TestApp::new().await;
    let body = app.anonymous().get("/subjects").await.expect(200);
    for subject in body["items"].as_array().unwrap() {
        let mut fields: Vec<&String> = subject.as_object().unwrap().keys().collect();
        fields.sort();
        let expected = ["category", "icon", "id", "name", "slug", "tutor_count"];
        assert_eq!(fields, expected, "{subject}");
    }
}

#[actix_web::test]
async fn names_are_in_the_language_of_the_caller() {
    let app = TestApp::new().await;
    for (language, first, sixth) in [
        ("", "Математика", "Немецкий язык"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "Математика", "Немецкий язык"),
        ("en-GB,en;q=0.9", "Mathematics", "German"),
    ] {
        let client = app.anonymous().with("accept-language", language);
        let body = client.get("/subjects").await.expect(200);
        assert_eq!(body["items"][0]["name"], first, "{language}");
        assert_eq!(body["items"][5]["name"], sixth, "{language}");
    }
}

#[actix_web::test]
async fn tutors_are_counted_for_each_subject_that_they_teach() {
    let app = TestApp::new().await;
    assert_eq!(tutor_count(&app, "fizika").await, 0);
    let mut both = profile_body();
    both["subjects"] = json!(["fizika", "matematika"]);
    app.tutor_with(both).await;
    app.tutor().await;
    assert_eq!(tutor_count(&app, "fizika").await, 1);
    assert_eq!(tutor_count(&app, "matematika").await, 2);
    assert_eq!(tutor_count(&app, "himiya").await, 0);
}

#[actix_web::test]
async fn a_tutor_without_a_profile_is_not_counted() {
    let app = TestApp::new().await;
    app.newcomer().await;
    for slug in SLUGS {
        assert_eq!(tutor_count(&app, slug).await, 0, "{slug}");
    }
}

#[actix_web::test]
async fn a_tutor_whom_the_public_may_not_see_is_not_counted() {
    for column in ["hidden_at", "deleted_at"] {
        let app = TestApp::new().await;
        app.tutor().await;
        assert_eq!(tutor_count(&app, "matematika").await, 1);
        let sql = format!("UPDATE tutor_profiles SET {column} = created_at");
        persistence::execute_for_tests(app.db(), &sql)
            .await
            .unwrap();
        assert_eq!(tutor_count(&app, "matematika").await, 0, "{column}");
    }
}

#[actix_web::test]
async fn the_popular_ones_begin_with_the_most_taught() {
    let app = TestApp::new().await;
    let mut history = profile_body();
    history["subjects"] = json!(["istoriya"]);
    app.tutor_with(history.clone()).await;
    history["subjects"] = json!(["istoriya", "filosofiya"]);
    app.tutor_with(history).await;
    let body = app.anonymous().get("/subjects/popular").await.expect(200);
    let found = slugs(&body);
    assert_eq!(found[..3], ["istoriya", "filosofiya", "matematika"]);
    assert_eq!(found.len(), SLUGS.len());
}

#[actix_web::test]
async fn an_unchanged_catalogue_is_not_sent_again() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let answer = nobody.get("/subjects").await;
    let client = nobody.with("if-none-match", answer.header("etag").unwrap());
    client.get("/subjects").await.expect(304);
    app.tutor().await;
    client.get("/subjects").await.expect(200);
}
