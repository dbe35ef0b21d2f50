//! The filters and the orders of the list.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{found, listed_by, reviewed};
use crate::support::{TestApp, profile_body};

async fn tutor_with(app: &TestApp, fields: Value) -> String {
    let mut profile = profile_body();
    for (field, value) in fields.as_object().unwrap() {
        profile[field] = value.clone();
    }
    app.tutor_with(profile).await.1
}

#[actix_web::test]
async fn each_filter_narrows_the_list() {
    let app = TestApp::new().await;
    let dear = json!({
        "subjects": ["fizika", "himiya"], "city": "Санкт-Петербург", "formats": ["offline"],
        "hourly_rate": 300_000, "experience_years": 20,
    });
    let cheap = json!({ "formats": ["online"], "hourly_rate": 100_000, "experience_years": 1 });
    let (dear, cheap) = (tutor_with(&app, dear).await, tutor_with(&app, cheap).await);
    app.verify(&dear).await;
    for (name, value, expected) in [
        ("subject", "himiya", &dear),
        ("subject", "matematika", &cheap),
        ("city", "санкт петербург", &dear),
        ("format", "offline", &dear),
        ("format", "online", &cheap),
        ("min_rate", "100001", &dear),
        ("max_rate", "299999", &cheap),
        ("min_experience", "20", &dear),
        ("verified", "true", &dear),
        ("verified", "false", &cheap),
    ] {
        let only = found(&app, &[(name, value)]).await;
        assert_eq!(only, [expected.as_str()], "{name}={value}");
    }
}

#[actix_web::test]
async fn filters_add_up() {
    let app = TestApp::new().await;
    let one = tutor_with(&app, json!({ "hourly_rate": 200_000 })).await;
    tutor_with(&app, json!({ "hourly_rate": 100_000 })).await;
    let both = [("min_rate", "200000"), ("max_rate", "200000")];
    assert_eq!(found(&app, &both).await, [one.as_str()]);
    let none = [("min_rate", "200000"), ("city", "Омск")];
    assert!(found(&app, &none).await.is_empty());
}

#[actix_web::test]
async fn premium_is_a_filter() {
    let app = TestApp::with_stripe().await;
    let (tutor, premium) = app.tutor().await;
    let (_, plain) = app.tutor().await;
    let body = json!({ "type": "premium" });
    let checkout = tutor.post("/payments/checkout", body).await.expect(201);
    app.pay(checkout["session_id"].as_str().unwrap()).await;
    let yes = found(&app, &[("premium", "true")]).await;
    assert_eq!(yes, [premium.as_str()]);
    let no = found(&app, &[("premium", "false")]).await;
    assert_eq!(no, [plain.as_str()]);
}

#[actix_web::test]
async fn the_rating_is_a_filter_and_an_order() {
    let app = TestApp::with_stripe().await;
    let (good, good_id) = app.tutor().await;
    let (fair, fair_id) = app.tutor().await;
    let (_, new_id) = app.tutor().await;
    reviewed(&app, &[(&fair, 4), (&good, 5)]).await;
    let four = found(&app, &[("min_rating", "4")]).await;
    assert_eq!(four.len(), 2);
    let best = found(&app, &[("min_rating", "4.5")]).await;
    assert_eq!(best, [good_id.as_str()]);
    for sort in ["rating", "relevance"] {
        let sorted = found(&app, &[("sort", sort)]).await;
        assert_eq!(sorted, [good_id.as_str(), &fair_id, &new_id], "{sort}");
    }
}

#[actix_web::test]
async fn each_order_sorts_by_its_field() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for (rate, years) in [(200_000, 5), (100_000, 9), (300_000, 1)] {
        let fields = json!({ "hourly_rate": rate, "experience_years": years });
        made.push(tutor_with(&app, fields).await);
        app.advance(TimeDelta::seconds(1));
    }
    for (sort, order) in [
        ("rate", [1, 0, 2]),
        ("-rate", [2, 0, 1]),
        ("experience", [1, 0, 2]),
        ("newest", [2, 1, 0]),
    ] {
        let expected = order.map(|i: usize| made[i].clone());
        assert_eq!(found(&app, &[("sort", sort)]).await, expected, "{sort}");
    }
}

#[actix_web::test]
async fn a_subject_is_more_relevant_than_a_word_of_a_bio() {
    let app = TestApp::new().await;
    let physics = json!({ "subjects": ["fizika"], "bio": "Уроки." });
    let physics = tutor_with(&app, physics).await;
    let in_bio = tutor_with(&app, json!({ "bio": "Алгебра для физики." })).await;
    let sorted = found(&app, &[("q", "физика")]).await;
    assert_eq!(sorted, [physics, in_bio]);
}

#[actix_web::test]
async fn a_wrong_filter_is_named() {
    let app = TestApp::new().await;
    for (name, value) in [
        ("subject", "magiya"),
        ("format", "by-post"),
        ("min_rating", "6"),
        ("min_rating", "NaN"),
        ("min_rate", "-1"),
        ("max_rate", "many"),
        ("min_experience", "1000"),
        ("verified", "yes"),
        ("sort", "price"),
        ("available_from", "-9999-01-01T00:00:00Z"),
        ("available_to", "+262142-12-31T23:30:00Z"),
    ] {
        let answer = app.anonymous().get(&listed_by(&[(name, value)])).await;
        assert_eq!(answer.wrong_fields(), [name], "{value}");
    }
}
