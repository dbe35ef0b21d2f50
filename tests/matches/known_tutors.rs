//! What the score reads of a tutor is read once for each version of the profile.

use serde_json::{Value, json};

use super::verified;
use crate::support::{Client, Deployment, TestApp, order_body, profile_body};

/// What a match says of the only tutor.
async fn place(student: &Client, path: &str) -> Value {
    let result = student.act(path).await.expect(200);
    result["matches"][0].clone()
}

#[actix_web::test]
async fn whoever_has_read_a_tutor_before_scores_them_as_one_who_has_not() {
    let app = TestApp::new().await;
    let (tutor, _) = verified(&app, profile_body()).await;
    let student = app.student().await;
    let mut order = order_body();
    order["availability"] = json!({ "monday": ["10:00-12:00"] });
    let order = student.post("/orders", order).await.expect(201);
    let path = format!("/orders/{}/matches", order["id"].as_str().unwrap());
    let mut before = place(&student, &path).await;
    for change in [
        json!({ "bio": "Учу рисовать." }),
        json!({ "hourly_rate": 190_000 }),
        json!({ "experience_years": 30 }),
        json!({ "availability": { "monday": ["11:00-11:30"] } }),
        json!({ "time_zone": "Asia/Vladivostok" }),
    ] {
        let seen = tutor.with("if-match", "*");
        seen.patch("/me/tutor-profile", change.clone())
            .await
            .expect(200);
        let after = place(&student, &path).await;
        assert_ne!(after["contributions"], before["contributions"], "{change}");
        let newcomer = app.restarted(&Deployment::default().secrets).await;
        let elsewhere = newcomer
            .anonymous()
            .with_token(student.token.as_deref().unwrap());
        assert_eq!(place(&elsewhere, &path).await, after, "{change}");
        before = after;
    }
}

#[actix_web::test]
async fn a_tutor_who_has_not_changed_is_not_read_again() {
    let app = TestApp::new().await;
    let (tutor, _) = verified(&app, profile_body()).await;
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    let mut statements = Vec::new();
    for is_changed in [false, false, true, false] {
        if is_changed {
            let seen = tutor.with("if-match", "*");
            let change = json!({ "experience_years": 8 });
            seen.patch("/me/tutor-profile", change).await.expect(200);
        }
        let before = app.statements();
        place(&student, &path).await;
        statements.push(app.statements() - before);
    }
    let [first, second, changed, last] = statements[..] else {
        panic!("{statements:?}");
    };
    assert_eq!((second, changed, last), (first - 1, first, first - 1));
}
