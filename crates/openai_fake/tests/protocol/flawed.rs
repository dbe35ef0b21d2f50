//! Answers that come, and are wrong.

use openai_fake::{Fault, Operation};
use serde_json::{Value, json};

use crate::client::{answer, chat, embed, post, start};

fn status(status: u16, retry_after: Option<&str>, code: Option<&str>) -> Fault {
    Fault::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
        code: code.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_throttled_call_says_when_to_come_again() {
    let fake = start();
    fake.fail_next(1, status(429, Some("5"), None), None)
        .await
        .unwrap();
    let refused = embed(&fake).await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "5");
    let (status, body) = answer(refused).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (429, &json!("rate_limit_exceeded"))
    );
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_exhausted_quota_has_its_own_code_and_type() {
    let fake = start();
    fake.fail(status(429, None, Some("insufficient_quota")), None)
        .await
        .unwrap();
    let refused = chat(&fake).await.unwrap();
    assert!(!refused.headers().contains_key("retry-after"));
    let (status, body) = answer(refused).await;
    assert_eq!(status, 429);
    assert_eq!(body["error"]["code"], "insufficient_quota");
    assert_eq!(body["error"]["type"], "insufficient_quota");
}

#[tokio::test]
async fn other_errors_have_openais_shape_too() {
    let fake = start();
    for (code, kind) in [
        (500, "server_error"),
        (503, "server_error"),
        (401, "invalid_request_error"),
    ] {
        fake.fail_next(1, status(code, None, None), None)
            .await
            .unwrap();
        let (status, body) = answer(embed(&fake).await.unwrap()).await;
        assert_eq!((status, &body["error"]["type"]), (code, &json!(kind)));
    }
}

#[tokio::test]
async fn a_fault_lasts_until_the_fake_is_told_to_behave() {
    let fake = start();
    fake.fail(status(500, None, None), None).await.unwrap();
    for _ in 0..3 {
        assert_eq!(embed(&fake).await.unwrap().status(), 500);
    }
    fake.behave().await.unwrap();
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_fault_of_one_operation_leaves_the_other_alone() {
    let fake = start();
    fake.fail(status(503, None, None), Some(Operation::Chat))
        .await
        .unwrap();
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
    assert_eq!(chat(&fake).await.unwrap().status(), 503);
}

#[tokio::test]
async fn garbage_is_a_page_that_claims_all_is_well() {
    let fake = start();
    fake.fail_next(1, Fault::Garbage, None).await.unwrap();
    let page = embed(&fake).await.unwrap();
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (200, &"text/html".parse().unwrap())
    );
    assert!(page.text().await.unwrap().contains("<html>"));
}

#[tokio::test]
async fn a_wrong_shape_is_json_without_what_was_asked_for() {
    let fake = start();
    fake.fail(Fault::WrongShape, None).await.unwrap();
    for response in [embed(&fake).await.unwrap(), chat(&fake).await.unwrap()] {
        let (status, body) = answer(response).await;
        assert_eq!(status, 200);
        assert_eq!(
            [&body["data"], &body["choices"]],
            [&Value::Null, &Value::Null]
        );
    }
}

/// The vectors of two texts under a fault, and how many there are.
async fn vectors(fault: Fault, encoding_format: &str) -> Vec<Value> {
    let fake = start();
    fake.fail_next(1, fault, None).await.unwrap();
    let body = json!({
        "input": ["физика", "химия"], "model": "m", "dimensions": 4,
        "encoding_format": encoding_format
    });
    let (status, body) = answer(post(&fake, "/embeddings", &body).await.unwrap()).await;
    assert_eq!(status, 200);
    let data = body["data"].as_array().unwrap().iter();
    data.map(|object| object["embedding"].clone()).collect()
}

#[tokio::test]
async fn vectors_of_the_wrong_size_lack_a_dimension() {
    let vectors = vectors(Fault::WrongSize, "float").await;
    let sizes: Vec<_> = vectors
        .iter()
        .map(|v| v.as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [3, 3]);
}

#[tokio::test]
async fn a_vector_may_be_missing() {
    assert_eq!(vectors(Fault::MissingVector, "float").await.len(), 1);
}

#[tokio::test]
async fn a_number_may_be_too_large_for_an_f32() {
    let floats = vectors(Fault::NotFinite, "float").await;
    assert!(floats[0][3].as_f64().unwrap() > f64::from(f32::MAX));
    let base64 = vectors(Fault::NotFinite, "base64").await;
    // The last four bytes of sixteen: infinity, little-endian.
    assert!(base64[0].as_str().unwrap().ends_with("AACAfw=="));
}

#[tokio::test]
async fn a_number_may_be_null() {
    let floats = vectors(Fault::NullInVector, "float").await;
    assert_eq!(
        (floats[0].as_array().unwrap().len(), &floats[0][3]),
        (4, &Value::Null)
    );
    assert_eq!(
        vectors(Fault::NullInVector, "base64").await,
        [Value::Null, Value::Null]
    );
}
