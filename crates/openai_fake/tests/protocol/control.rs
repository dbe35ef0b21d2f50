//! `/control`, as a person with `curl` uses it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{chat, control, embed, start};

#[tokio::test]
async fn a_fault_is_planned_and_taken_back() {
    let fake = start();
    let fault = json!({
        "fault": "status", "status": 429, "retry_after": "5", "operation": "chat", "count": 2
    });
    let (status, state) = control(&fake, Method::POST, "/faults", &fault.to_string()).await;
    assert_eq!((status, &state["faults"][0]["count"]), (200, &json!(2)));
    let refused = chat(&fake).await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"5".parse().unwrap())
    );
    let (_, state) = control(&fake, Method::GET, "", "").await;
    assert_eq!(state["faults"][0]["count"], 1);
    let (_, state) = control(&fake, Method::POST, "/behave", "").await;
    assert_eq!(state["faults"], json!([]));
    assert_eq!(chat(&fake).await.unwrap().status(), 200);
}

#[tokio::test]
async fn it_answers_while_the_port_refuses() {
    let fake = start();
    control(&fake, Method::POST, "/faults", r#"{"fault": "refuse"}"#).await;
    assert!(embed(&fake).await.unwrap_err().is_connect());
    control(&fake, Method::POST, "/behave", "").await;
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_model_can_be_changed() {
    let fake = start();
    let model = json!({"ranking": "verbatim", "content": "привет"});
    let (_, state) = control(&fake, Method::POST, "/ranking", &model.to_string()).await;
    assert_eq!(state["model"], model);
    let answer: Value = chat(&fake).await.unwrap().json().await.unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], "привет");
}

#[tokio::test]
async fn requests_are_shown_without_their_key_and_forgotten() {
    let fake = start();
    embed(&fake).await.unwrap();
    let (_, seen) = control(&fake, Method::GET, "/requests", "").await;
    assert_eq!(seen["requests"][0]["operation"], "embeddings");
    assert!(!seen.to_string().contains("sk-test"), "{seen}");
    let (_, state) = control(&fake, Method::DELETE, "/requests", "").await;
    assert_eq!((&state["seen"], &state["holding"]), (&json!(0), &json!(0)));
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn what_it_does_not_understand_changes_nothing() {
    let fake = start();
    for (path, body, status) in [
        ("/faults", "", 400),
        ("/faults", r#"{"fault": "explode"}"#, 400),
        ("/faults", r#"{"fault": "status", "status": 42}"#, 400),
        ("/ranking", r#"{"ranking": "wise"}"#, 400),
        ("/nothing", "", 404),
    ] {
        let (found, body) = control(&fake, Method::POST, path, body).await;
        assert_eq!(found, status, "{body}");
        assert!(body["error"]["code"].is_string());
    }
    let (_, state) = control(&fake, Method::GET, "", "").await;
    assert_eq!(state["faults"], json!([]));
}
