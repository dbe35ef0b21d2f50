//! Writing while being erased: what is written is gone, or was never taken.

use persistence::integer_for_tests;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Served, Shot, TestApp, document_body, order_body};

const ROUNDS: usize = 5;

/// Sends the erasure in the midst of the writing, and sees that each is answered as it may be.
async fn erased_amid(served: &Served, token: Option<&str>, mut writing: Vec<Shot>) {
    let half = writing.len() / 2;
    writing.insert(half, Shot::new(token, Method::DELETE, "/me", None));
    let answers = served.at_once(writing).await;
    for (i, answer) in answers.iter().enumerate() {
        let may = if i == half {
            &[204][..]
        } else {
            &[201, 401, 403, 404][..]
        };
        assert!(
            may.contains(&answer.status),
            "{}: {}",
            answer.status,
            answer.text
        );
    }
    assert!(answers.iter().any(|answer: &Answer| answer.status == 204));
}

#[actix_web::test]
async fn no_order_outlives_its_student() {
    let app = TestApp::new().await;
    let served = app.serve();
    for _ in 0..ROUNDS {
        let student = app.student().await;
        let order = Shot::post(&student, "/orders", &order_body());
        erased_amid(&served, student.token.as_deref(), order.times(8)).await;
    }
    let left = "SELECT count(*) FROM orders o JOIN users u ON u.id = o.student_id \
                WHERE u.deleted_at IS NOT NULL AND (o.title <> '' OR o.status = 'open')";
    assert_eq!(integer_for_tests(app.db(), left).await.unwrap(), 0);
}

#[actix_web::test]
async fn no_document_and_no_bid_outlives_its_tutor() {
    let app = TestApp::new().await;
    let served = app.serve();
    let student = app.student().await;
    for _ in 0..ROUNDS {
        let (tutor, _) = app.tutor().await;
        let mut writing = Vec::new();
        for _ in 0..4 {
            let path = "/me/tutor-profile/documents";
            writing.push(Shot::post(&tutor, path, &document_body()));
            let path = format!("/orders/{}/applications", app.order(&student).await);
            let bid = json!({ "price": 150_000, "message": "Готова начать." });
            writing.push(Shot::post(&tutor, &path, &bid));
        }
        erased_amid(&served, tutor.token.as_deref(), writing).await;
    }
    let of_nobody = "JOIN tutor_profiles p ON p.id = x.tutor_id WHERE p.deleted_at IS NOT NULL";
    for left in [
        format!("SELECT count(*) FROM tutor_documents x {of_nobody}"),
        format!(
            "SELECT count(*) FROM applications x {of_nobody} AND (message <> '' OR x.status = 'submitted')"
        ),
    ] {
        assert_eq!(
            integer_for_tests(app.db(), &left).await.unwrap(),
            0,
            "{left}"
        );
    }
}
