//! The paths, the key, and errors in OpenAI's shape.

use serde_json::{Value, json};

use crate::client::{KEY, answer, client, post, start};

#[tokio::test]
async fn a_wrong_key_is_refused_in_openais_shape() {
    let fake = start();
    let url = format!("{}/embeddings", fake.base_url());
    for request in [
        client().post(&url),
        client().post(&url).bearer_auth("sk-other"),
    ] {
        let (status, body) = answer(request.json(&json!({})).send().await.unwrap()).await;
        assert_eq!(status, 401);
        assert_eq!(body["error"]["code"], "invalid_api_key");
        assert_eq!(body["error"]["type"], "invalid_request_error");
        assert_eq!(body["error"]["param"], Value::Null);
        assert!(body["error"]["message"].is_string());
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let fake = start();
    let (status, body) = answer(post(&fake, "/audio", &json!({})).await.unwrap()).await;
    assert_eq!(status, 404);
    assert_eq!(body["error"]["message"], "Invalid URL (POST /v1/audio)");
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    let fake = start();
    for path in ["/embeddings", "/chat/completions"] {
        let request = client().post(format!("{}{path}", fake.base_url()));
        let request = request.bearer_auth(KEY).body("{\"input\": ");
        let (status, body) = answer(request.send().await.unwrap()).await;
        assert_eq!(status, 400);
        assert_eq!(body["error"]["type"], "invalid_request_error");
    }
}

#[tokio::test]
async fn the_models_are_listed() {
    let fake = start();
    let request = client().get(format!("{}/models", fake.base_url()));
    let (status, body) = answer(request.bearer_auth(KEY).send().await.unwrap()).await;
    assert_eq!((status, &body["object"]), (200, &json!("list")));
    assert_eq!(body["data"][0]["id"], "text-embedding-3-small");
}

#[tokio::test]
async fn its_address_is_what_a_client_takes() {
    let fake = start();
    assert!(fake.base_url().starts_with("http://127.0.0.1:"));
    assert!(fake.base_url().ends_with("/v1"));
}

#[tokio::test]
async fn a_fake_that_stopped_refuses_connections() {
    let fake = start();
    let urls = [format!("{}/models", fake.base_url()), fake.control_url()];
    fake.stop().await;
    for url in urls {
        assert!(client().get(url).send().await.unwrap_err().is_connect());
    }
}
