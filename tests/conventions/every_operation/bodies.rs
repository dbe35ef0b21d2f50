//! What a body may be: 413, 415 and 400 in this order, then 422.

use serde_json::{Value, json};

use super::Scene;
use crate::support::{Answer, Client, Operation, operations};

const JSON: &str = "application/json";
const MOST: usize = 256 * 1024;

fn with_bodies() -> impl Iterator<Item = &'static Operation> {
    operations()
        .iter()
        .filter(|operation| operation.body().is_some() && !operation.is_webhook())
}

async fn sent(scene: &Scene, operation: &Operation, kind: &str, body: &[u8]) -> Answer {
    let (client, path) = (scene.caller(operation), scene.path(operation));
    sent_by(&client, operation, &path, kind, body).await
}

async fn sent_by(
    client: &Client,
    operation: &Operation,
    path: &str,
    kind: &str,
    body: &[u8],
) -> Answer {
    let method = operation.method.clone();
    client.send_raw(method, path, kind, body).await
}

/// Somebody whom no sign-out of before has signed out.
async fn signed_in_anew(scene: &Scene, operation: &Operation) -> Client {
    let client = scene.caller(operation);
    if operation.is_public() {
        client
    } else {
        scene.app.again(&client).await
    }
}

/// An object of arrays, this deep.
fn nested(depth: usize) -> Vec<u8> {
    let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
    format!("{{\"deep\": {open}{close}}}").into_bytes()
}

#[actix_web::test]
async fn what_is_not_json_is_malformed() {
    let scene = Scene::new().await;
    let (too_deep, far_too_deep) = (nested(65), nested(10_000));
    for operation in with_bodies() {
        for body in [
            b"{".as_slice(),
            b" ",
            b"{\"a\": b}",
            b"{\"a\": \"\xff\xfe\"}",
            b"\xef\xbb\xbf{}",
            b"{} {}",
            b"{\"a\": NaN}",
            b"{'a': 1}",
            &too_deep,
            &far_too_deep,
        ] {
            let answer = sent(&scene, operation, JSON, body).await;
            answer.refused(400, "malformed_request");
        }
    }
}

#[actix_web::test]
async fn a_body_is_left_out_only_where_the_document_says_so() {
    let scene = Scene::new().await;
    for operation in with_bodies() {
        for kind in [JSON, "text/plain", ""] {
            let (client, path) = (
                signed_in_anew(&scene, operation).await,
                scene.path(operation),
            );
            let answer = sent_by(&client, operation, &path, kind, b"").await;
            if operation.needs_body() {
                answer.refused(400, "malformed_request");
            } else {
                assert!(
                    ![400, 415, 422].contains(&answer.status),
                    "{}",
                    operation.name()
                );
            }
        }
    }
}

#[actix_web::test]
async fn a_body_that_is_too_large_is_refused_before_its_type() {
    let scene = Scene::new().await;
    let (most, too_much) = (vec![b' '; MOST], vec![b' '; MOST + 1]);
    for operation in with_bodies() {
        for kind in [JSON, "text/plain"] {
            let answer = sent(&scene, operation, kind, &too_much).await;
            answer.refused(413, "payload_too_large");
        }
        let answer = sent(&scene, operation, JSON, &most).await;
        answer.refused(400, "malformed_request");
    }
}

#[actix_web::test]
async fn a_body_of_another_type_is_refused_before_it_is_read() {
    let scene = Scene::new().await;
    for operation in with_bodies() {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
        ] {
            let answer = sent(&scene, operation, kind, b"{").await;
            answer.refused(415, "unsupported_media_type");
        }
        let answer = sent(&scene, operation, "Application/JSON; charset=utf-8", b"[]").await;
        assert_eq!(answer.wrong_fields(), [""], "{}", operation.name());
    }
}

#[actix_web::test]
async fn a_compressed_body_is_refused_and_not_misread() {
    let scene = Scene::new().await;
    for operation in with_bodies() {
        let client = scene.caller(operation).with("content-encoding", "gzip");
        let path = scene.path(operation);
        let answer = sent_by(&client, operation, &path, JSON, b"\x1f\x8b").await;
        answer.refused(415, "unsupported_media_type");
    }
}

#[actix_web::test]
async fn what_is_no_object_is_invalid() {
    let scene = Scene::new().await;
    for operation in with_bodies() {
        for body in [b"[]".as_slice(), b"[{}]", b"null", b"7", b"true", b"\"a\""] {
            let answer = sent(&scene, operation, JSON, body).await;
            assert_eq!(answer.wrong_fields(), [""], "{}", operation.name());
        }
    }
}

#[actix_web::test]
async fn a_field_that_a_call_does_not_know_is_named() {
    let scene = Scene::new().await;
    for operation in with_bodies() {
        let mut body = scene.body(operation).unwrap();
        body["colour"] = json!("red");
        let text = body.to_string();
        let answer = sent(&scene, operation, JSON, text.as_bytes()).await;
        assert_eq!(answer.wrong_fields(), ["/colour"], "{}", operation.name());
        assert_eq!(answer.json()["errors"][0]["code"], "unknown_field");
    }
}

/// The fields of a body, and whether the document lets them be `null`.
fn fields(operation: &'static Operation) -> Vec<(&'static str, bool)> {
    let schema = crate::support::resolved(&operation.body().unwrap()["schema"]);
    let fields = schema["properties"].as_object().into_iter().flatten();
    let may_be_null = |of: &Value| {
        of["type"]
            .as_array()
            .is_some_and(|types| types.contains(&json!("null")))
    };
    fields
        .map(|(name, of)| (name.as_str(), may_be_null(of)))
        .collect()
}

#[actix_web::test]
async fn a_field_is_null_only_where_the_document_says_so() {
    let scene = Scene::new().await;
    for operation in with_bodies() {
        for (field, may_be_null) in fields(operation) {
            let mut body = scene.body(operation).unwrap();
            body[field] = Value::Null;
            let (client, path) = (
                signed_in_anew(&scene, operation).await,
                scene.path(operation),
            );
            let answer = client
                .send(operation.method.clone(), &path, Some(body))
                .await;
            let at = format!("/{field}");
            let is_refused = answer.status == 422
                && answer.json()["errors"][0]["pointer"] == at
                && answer.json()["errors"][0]["code"] == "invalid_type";
            assert_eq!(
                is_refused,
                !may_be_null,
                "{} {at}: {}",
                operation.name(),
                answer.text
            );
        }
    }
}
