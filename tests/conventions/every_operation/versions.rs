//! Versions, wherever the document has them: 304 for what the caller still has, 428 and 412 for a
//! change of what they have not seen, after 422 and before 409.

use serde_json::json;

use super::Scene;
use crate::support::{Operation, operations};

fn changes() -> impl Iterator<Item = &'static Operation> {
    operations()
        .iter()
        .filter(|operation| operation.requires("header", "If-Match"))
}

/// The tag of the thing that a change is of.
async fn tag(scene: &Scene, operation: &Operation) -> String {
    let answer = scene.caller(operation).get(&scene.path(operation)).await;
    answer.header("etag").unwrap().to_owned()
}

#[actix_web::test]
async fn what_the_caller_still_has_is_not_sent_again() {
    let scene = Scene::new().await;
    for operation in operations()
        .iter()
        .filter(|o| o.takes("header", "If-None-Match"))
    {
        let (client, path) = (scene.caller(operation), scene.path(operation));
        let tag = tag(&scene, operation).await;
        let among = format!("\"x\", W/{tag}");
        for tags in [tag.as_str(), &format!("W/{tag}"), &among, "*"] {
            let answer = client.with("if-none-match", tags).get(&path).await;
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (304, ""),
                "{}",
                operation.name()
            );
            assert_eq!(answer.header("etag"), Some(tag.as_str()));
        }
        for tags in ["\"77\"", "", tag.trim_matches('"')] {
            let answer = client.with("if-none-match", tags).get(&path).await;
            answer.expect(200);
        }
    }
}

#[actix_web::test]
async fn a_change_without_a_version_is_refused() {
    let scene = Scene::new().await;
    for operation in changes() {
        let client = scene.caller(operation);
        let answer = scene.ask(&client, operation, "").await;
        answer.refused(428, "precondition_required");
    }
}

#[actix_web::test]
async fn a_change_of_another_version_is_refused() {
    let scene = Scene::new().await;
    for operation in changes() {
        let tag = tag(&scene, operation).await;
        let (weak, bare) = (format!("W/{tag}"), tag.trim_matches('"'));
        for tags in ["\"77\"", "\"77\", \"78\"", &weak, bare, "\"x\"", ""] {
            let client = scene.caller(operation).with("if-match", tags);
            let answer = scene.ask(&client, operation, "").await;
            answer.refused(412, "precondition_failed");
        }
    }
}

#[actix_web::test]
async fn a_change_of_the_version_that_is_named_is_made() {
    let scene = Scene::new().await;
    for operation in changes() {
        for tags in ["{}", "\"77\", {}", "{},W/\"1\"", "*"] {
            let before = tag(&scene, operation).await;
            let client = scene.caller(operation);
            let client = client.with("if-match", &tags.replace("{}", &before));
            let answer = scene.ask(&client, operation, "").await;
            answer.expect(200);
            assert_ne!(
                answer.header("etag"),
                Some(before.as_str()),
                "{}",
                operation.name()
            );
            assert_eq!(
                answer.header("etag"),
                Some(tag(&scene, operation).await.as_str())
            );
        }
    }
}

#[actix_web::test]
async fn the_version_comes_after_the_fields_and_before_the_state() {
    let scene = Scene::new().await;
    let (order, booking) = (&scene.order, &scene.booking);
    scene
        .student
        .act(&format!("/orders/{order}/cancel"))
        .await
        .expect(200);
    scene
        .student
        .act(&format!("/bookings/{booking}/cancel"))
        .await
        .expect(200);
    for operation in changes() {
        let wrong = match operation.id.as_str() {
            "update_order" => json!({ "title": "" }),
            "update_application" => json!({ "price": 0 }),
            "reschedule_booking" => {
                json!({ "starts_at": scene.app.now(), "duration_minutes": 1 })
            }
            "update_tutor_profile" => json!({ "bio": "" }),
            other => panic!("nothing is wrong for {other}"),
        };
        let (client, path) = (scene.caller(operation), scene.path(operation));
        let tag = tag(&scene, operation).await;
        for client in [
            client.clone(),
            client.with("if-match", "\"77\""),
            client.with("if-match", &tag),
        ] {
            let answer = client.patch(&path, wrong.clone()).await;
            answer.refused(422, "validation_failed");
        }
        let answer = scene.ask(&client, operation, "").await;
        answer.refused(428, "precondition_required");
        let answer = scene
            .ask(&client.with("if-match", "\"77\""), operation, "")
            .await;
        answer.refused(412, "precondition_failed");
        let answer = scene
            .ask(&client.with("if-match", &tag), operation, "")
            .await;
        if operation.codes(409).contains("invalid_state") {
            answer.refused(409, "invalid_state");
        } else {
            answer.expect(200);
        }
    }
}
