//! Evidence documents: described by their tutor, read by administrators, known to nobody else.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::document::MAX_DOCUMENTS;
use serde_json::json;

use super::count;
use crate::support::{Client, Shot, TestApp, document_body, id, profile_body, tally};

const DOCUMENTS: &str = "/me/tutor-profile/documents";

#[actix_web::test]
async fn a_document_is_seen_by_its_tutor_and_by_administrators_only() {
    let app = TestApp::new().await;
    let (tutor, tutor_id) = app.tutor().await;
    let admin = app.admin().await;
    let document = tutor.post(DOCUMENTS, document_body()).await.expect(201);
    let own = tutor.get(DOCUMENTS).await.expect(200);
    assert_eq!(own["items"], json!([document]));
    let path = format!("/admin/tutors/{tutor_id}/documents");
    assert_eq!(
        admin.get(&path).await.expect(200)["items"],
        json!([document])
    );
    let (other, _) = app.tutor().await;
    assert_eq!(other.get(DOCUMENTS).await.expect(200)["items"], json!([]));
    other.get(&path).await.refused(403, "forbidden");
    let card = app.anonymous().get(&format!("/tutors/{tutor_id}")).await;
    let key = document["storage_key"].as_str().unwrap();
    assert!(!card.text.contains(key) && !card.text.contains("document"));
}

#[actix_web::test]
async fn a_storage_key_is_neither_a_path_nor_a_url() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    for key in [
        "../../etc/passwd-and-more",
        "https://example.org/diploma",
        "tutors/0193f2c4-7b1e-7c3a",
        "DIPLOMA-OF-A-UNIVERSITY",
        "short",
    ] {
        let mut body = document_body();
        body["storage_key"] = json!(key);
        let answer = tutor.post(DOCUMENTS, body).await;
        assert_eq!(answer.wrong_fields(), ["/storage_key"], "{key}");
    }
    assert_eq!(count(&app, "tutor_documents").await, 0);
}

#[actix_web::test]
async fn a_document_is_of_a_kind_a_type_and_a_size_that_we_take() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    for (field, value) in [
        ("kind", json!("passport")),
        ("content_type", json!("text/html")),
        ("content_type", json!("image/svg+xml")),
        ("size_bytes", json!(0)),
        ("size_bytes", json!(20 * 1024 * 1024 + 1)),
        ("file_name", json!("../diploma.pdf")),
        ("file_name", json!("")),
    ] {
        let mut body = document_body();
        body[field] = value.clone();
        let answer = tutor.post(DOCUMENTS, body).await;
        assert_eq!(answer.wrong_fields(), [format!("/{field}")], "{value}");
    }
}

#[actix_web::test]
async fn a_storage_key_that_is_somebody_elses_is_refused() {
    let app = TestApp::new().await;
    let ((one, _), (other, _)) = (app.tutor().await, app.tutor().await);
    let body = document_body();
    one.post(DOCUMENTS, body.clone()).await.expect(201);
    let answer = other.post(DOCUMENTS, body).await;
    answer.refused(409, "already_exists");
}

#[actix_web::test]
async fn a_tutor_has_so_many_documents_and_no_more() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    for _ in 1..MAX_DOCUMENTS {
        tutor.post(DOCUMENTS, document_body()).await.expect(201);
    }
    let served = app.serve();
    let shots = (0..4).map(|_| Shot::post(&tutor, DOCUMENTS, &document_body()));
    let tally = tally(&served.at_once(shots.collect()).await);
    assert_eq!((tally[&201], tally[&409]), (1, 3));
    let answer = tutor.post(DOCUMENTS, document_body()).await;
    assert_eq!(
        answer.refused(409, "invalid_state")["allowed"],
        json!(["delete"])
    );
    let documents = tutor.get(DOCUMENTS).await.expect(200);
    let path = format!("{DOCUMENTS}/{}", id(&documents["items"][0]));
    tutor.delete(&path).await.expect(204);
    tutor.post(DOCUMENTS, document_body()).await.expect(201);
}

#[actix_web::test]
async fn the_trail_of_a_document_names_neither_its_file_nor_its_key() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    let document = tutor.post(DOCUMENTS, document_body()).await.expect(201);
    let path = format!("{DOCUMENTS}/{}", id(&document));
    tutor.delete(&path).await.expect(204);
    tutor.delete(&path).await.refused(404, "not_found");
    let admin = app.admin().await;
    let path = format!(
        "/admin/audit?object_type=tutor_document&object_id={}",
        id(&document)
    );
    let trail = admin.get(&path).await.expect(200);
    let items = trail["items"].as_array().unwrap().iter();
    let actions: BTreeSet<&str> = items.map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["document.added", "document.removed"].into());
    let text = trail.to_string();
    let key = document["storage_key"].as_str().unwrap();
    assert!(!text.contains(key) && !text.contains("МГУ"), "{text}");
}

/// A tutor who waits to be verified, with what they show.
async fn shown(app: &TestApp) -> (Client, String, String) {
    let tutor = app.newcomer().await;
    let profile = tutor.post("/me/tutor-profile", profile_body()).await;
    let document = tutor.post(DOCUMENTS, document_body()).await.expect(201);
    (tutor, id(&profile.expect(201)), id(&document))
}

#[actix_web::test]
async fn a_document_that_its_tutor_was_verified_by_stays() {
    let app = TestApp::new().await;
    let admin = app.admin().await;
    let (tutor, tutor_id, document) = shown(&app).await;
    let verified_at = app.now();
    let verify = format!("/admin/tutors/{tutor_id}/verify");
    admin.act(&verify).await.expect(200);
    let path = format!("{DOCUMENTS}/{document}");
    let english = tutor.with("accept-language", "en");
    let refused = english.delete(&path).await.refused(409, "invalid_state");
    assert_eq!(refused["allowed"], json!([]));
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.starts_with("Your profile is verified by this document"));
    let kept = format!("/admin/tutors/{tutor_id}/documents");
    let kept = admin.get(&kept).await.expect(200)["items"][0].clone();
    assert_eq!(kept["id"], json!(document));
    let since: DateTime<Utc> = kept["relied_on_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(since, verified_at);
}

#[actix_web::test]
async fn a_document_that_came_after_the_verification_can_be_removed() {
    let app = TestApp::new().await;
    let admin = app.admin().await;
    let (tutor, tutor_id, _) = shown(&app).await;
    let verify = format!("/admin/tutors/{tutor_id}/verify");
    admin.act(&verify).await.expect(200);
    let later = tutor.post(DOCUMENTS, document_body()).await.expect(201);
    // It was done before, and changes nothing.
    admin.act(&verify).await.expect(200);
    let path = format!("{DOCUMENTS}/{}", id(&later));
    tutor.delete(&path).await.expect(204);
}

#[actix_web::test]
async fn documents_that_stay_take_up_no_room() {
    let app = TestApp::new().await;
    let (tutor, tutor_id, _) = shown(&app).await;
    for _ in 1..MAX_DOCUMENTS {
        tutor.post(DOCUMENTS, document_body()).await.expect(201);
    }
    let verify = format!("/admin/tutors/{tutor_id}/verify");
    app.admin().await.act(&verify).await.expect(200);
    for _ in 0..MAX_DOCUMENTS {
        tutor.post(DOCUMENTS, document_body()).await.expect(201);
    }
    let full = tutor.post(DOCUMENTS, document_body()).await;
    let problem = full.refused(409, "invalid_state");
    assert_eq!(problem["allowed"], json!(["delete"]));
}

#[actix_web::test]
async fn an_erasure_removes_what_its_tutor_was_verified_by() {
    let app = TestApp::new().await;
    let (tutor, tutor_id, _) = shown(&app).await;
    let verify = format!("/admin/tutors/{tutor_id}/verify");
    app.admin().await.act(&verify).await.expect(200);
    tutor.delete("/me").await.expect(204);
    assert_eq!(count(&app, "tutor_documents").await, 0);
}
