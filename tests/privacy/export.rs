//! All data of a person.

use serde_json::json;

use super::{FIRST_NAME, PHONE, known, known_tutor};
use crate::support::{TestApp, document_body, id};

#[actix_web::test]
async fn a_student_gets_everything_that_is_stored_of_them() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    known(&student).await;
    let export = student.get("/me/export").await.expect(200);
    assert_eq!(export["account"], student.get("/me").await.expect(200));
    assert_eq!(export["tutor_profile"], json!(null));
    for (field, list) in [
        ("orders", "/me/orders"),
        ("bookings", "/me/bookings"),
        ("payments", "/me/payments"),
    ] {
        let listed = student.get(list).await.expect(200);
        assert_eq!(export[field], listed["items"], "{field}");
        assert_eq!(export[field].as_array().unwrap().len(), 1, "{field}");
    }
    assert_eq!(export["bookings"][0]["id"], id(&booking));
}

#[actix_web::test]
async fn what_was_written_agreed_and_earned_and_where_one_is_signed_in_is_part_of_it() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.completed_booking(&tutor).await;
    let tutor = app.again(&tutor).await;
    let review = json!({ "rating": 5, "text": "Всё понятно" });
    let path = format!("/bookings/{}/review", id(&booking));
    let review = student.post(&path, review).await.expect(201);
    let export = student.get("/me/export").await.expect(200);
    assert_eq!(export["reviews"], json!([review]));
    let sessions = student.get("/me/sessions").await.expect(200);
    assert_eq!(export["sessions"], sessions["items"]);
    let export = tutor.get("/me/export").await.expect(200);
    let payouts = tutor.get("/me/payouts").await.expect(200);
    assert_eq!(export["payouts"], payouts["items"]);
    assert_eq!(export["payouts"].as_array().unwrap().len(), 1);
    assert_eq!(export["reviews"], json!([]));
    let body = json!({
        "email": "agreed@example.org", "password": "сова-и-лампа", "role": "student",
        "first_name": "Анна", "last_name": "Иванова",
        "consents": [{ "kind": "privacy", "text_version": "2026-01" }],
    });
    let signed = app
        .anonymous()
        .post("/auth/register", body)
        .await
        .expect(201);
    let agreed = app
        .anonymous()
        .with_token(signed["access_token"].as_str().unwrap());
    let export = agreed.get("/me/export").await.expect(200);
    assert_eq!(export["consents"][0]["kind"], "privacy");
}

#[actix_web::test]
async fn a_tutor_gets_profile_documents_and_bids_too() {
    let app = TestApp::new().await;
    let (tutor, _) = known_tutor(&app).await;
    let order = app.order(&app.student().await).await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let path = "/me/tutor-profile/documents";
    let document = tutor.post(path, document_body()).await.expect(201);
    let export = tutor.get("/me/export").await.expect(200);
    assert_eq!(export["account"]["phone"], PHONE);
    assert_eq!(export["tutor_profile"]["first_name"], FIRST_NAME);
    assert_eq!(export["documents"], json!([document]));
    assert_eq!(export["applications"][0]["id"], bid);
}

#[actix_web::test]
async fn nobody_gets_anything_of_others() {
    let app = TestApp::new().await;
    let (tutor, _) = known_tutor(&app).await;
    let order = app.order(&app.student().await).await;
    app.bid(&tutor, &order, 150_000).await;
    let stranger = app.student().await;
    let export = stranger.get("/me/export").await.expect(200);
    for list in [
        "documents",
        "orders",
        "applications",
        "bookings",
        "payments",
    ] {
        assert_eq!(export[list], json!([]), "{list}");
    }
}
