//! What is embedded.

use base64::{Engine, engine::general_purpose::STANDARD};
use openai_fake::trigrams;
use serde_json::{Value, json};

use crate::client::{answer, post, start};

#[tokio::test]
async fn a_text_is_embedded_in_as_many_dimensions_as_asked_for() {
    let fake = start();
    let body = json!({"input": "физика", "model": "m", "dimensions": 7});
    let (status, body) = answer(post(&fake, "/embeddings", &body).await.unwrap()).await;
    assert_eq!(
        (status, &body["object"], &body["model"]),
        (200, &json!("list"), &json!("m"))
    );
    let numbers: Vec<f32> = serde_json::from_value(body["data"][0]["embedding"].clone()).unwrap();
    assert_eq!(numbers, trigrams::embed("физика", 7));
    assert_eq!(
        body["usage"],
        json!({"prompt_tokens": 2, "total_tokens": 2})
    );
}

#[tokio::test]
async fn a_list_is_embedded_in_its_order_with_1536_dimensions_by_default() {
    let fake = start();
    let body = json!({"input": ["физика", "химия"], "model": "m"});
    let (_, body) = answer(post(&fake, "/embeddings", &body).await.unwrap()).await;
    let data = body["data"].as_array().unwrap();
    assert_eq!(data.len(), 2);
    for (index, text) in ["физика", "химия"].into_iter().enumerate() {
        assert_eq!(data[index]["index"], index);
        let numbers: Vec<f32> = serde_json::from_value(data[index]["embedding"].clone()).unwrap();
        assert_eq!(numbers, trigrams::embed(text, 1536));
    }
}

#[tokio::test]
async fn base64_holds_the_same_numbers() {
    let fake = start();
    let body = json!({
        "input": "физика", "model": "m", "dimensions": 5, "encoding_format": "base64"
    });
    let (_, body) = answer(post(&fake, "/embeddings", &body).await.unwrap()).await;
    let bytes = STANDARD
        .decode(body["data"][0]["embedding"].as_str().unwrap())
        .unwrap();
    let numbers: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect();
    assert_eq!(numbers, trigrams::embed("физика", 5));
}

#[tokio::test]
async fn what_cannot_be_embedded_is_refused() {
    let fake = start();
    let many: Value = vec!["x"; 2049].into();
    for body in [
        json!({"input": "", "model": "m"}),
        json!({"input": [], "model": "m"}),
        json!({"input": ["a", ""], "model": "m"}),
        json!({"input": 5, "model": "m"}),
        json!({"input": many, "model": "m"}),
        json!({"input": "a"}),
        json!({"input": "a", "model": "m", "dimensions": 0}),
        json!({"input": "a", "model": "m", "dimensions": 4000}),
        json!({"input": "a", "model": "m", "encoding_format": "hex"}),
    ] {
        let (status, answer) = answer(post(&fake, "/embeddings", &body).await.unwrap()).await;
        assert_eq!(status, 400, "{answer}");
    }
}
