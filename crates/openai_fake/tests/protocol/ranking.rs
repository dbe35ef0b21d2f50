//! Kinds of models.

use openai_fake::{OpenAiFake, Ranking, speaks_to_the_model};
use serde_json::{Value, json};

use crate::client::{answer, chat, post, question, start};

// The list that the domain and the whole system are tested with.
#[path = "../../../../tests/matches/hostile_bios.rs"]
mod hostile_bios;

/// The only choice of the answer.
async fn choice(fake: &OpenAiFake) -> Value {
    let (status, body) = answer(chat(fake).await.unwrap()).await;
    assert_eq!(status, 200, "{body}");
    body["choices"][0].clone()
}

async fn content(fake: &OpenAiFake) -> String {
    let choice = choice(fake).await;
    assert_eq!(choice["finish_reason"], "stop");
    choice["message"]["content"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_honest_model_ranks_by_likeness_to_the_order() {
    let fake = start();
    assert_eq!(content(&fake).await, r#"{"ranking":["c2","c3","c1"]}"#);
}

#[tokio::test]
async fn a_gullible_model_puts_those_first_who_speak_to_it() {
    let fake = start();
    fake.set_ranking(Ranking::Gullible);
    assert_eq!(content(&fake).await, r#"{"ranking":["c1","c2","c3"]}"#);
}

#[test]
fn a_gullible_model_falls_for_every_hostile_bio() {
    for bio in hostile_bios::HOSTILE_BIOS {
        assert!(speaks_to_the_model(bio), "{bio}");
    }
}

#[tokio::test]
async fn a_reversed_model_puts_the_worst_first() {
    let fake = start();
    fake.set_ranking(Ranking::Reversed);
    assert_eq!(content(&fake).await, r#"{"ranking":["c1","c3","c2"]}"#);
}

#[tokio::test]
async fn a_model_can_be_told_what_to_say() {
    let fake = start();
    fake.set_ranking(Ranking::Verbatim("```json\n{}\n```".into()));
    assert_eq!(content(&fake).await, "```json\n{}\n```");
}

#[tokio::test]
async fn a_model_that_refuses_says_so_and_has_no_content() {
    let fake = start();
    fake.set_ranking(Ranking::Refusal);
    let message = choice(&fake).await["message"].clone();
    assert_eq!(message["content"], Value::Null);
    assert!(
        message["refusal"]
            .as_str()
            .unwrap()
            .starts_with("I'm sorry")
    );
}

#[tokio::test]
async fn a_truncated_answer_is_half_of_the_json() {
    let fake = start();
    fake.set_ranking(Ranking::Truncated);
    let choice = choice(&fake).await;
    assert_eq!(choice["finish_reason"], "length");
    assert_eq!(choice["message"]["content"], r#"{"ranking":["c"#);
}

#[tokio::test]
async fn a_question_may_come_in_parts() {
    let fake = start();
    let parts = json!([{"type": "text", "text": question().to_string()}]);
    let body = json!({"model": "m", "messages": [{"role": "user", "content": parts}]});
    let (status, body) = answer(post(&fake, "/chat/completions", &body).await.unwrap()).await;
    assert_eq!((status, &body["model"]), (200, &json!("m")));
}

#[tokio::test]
async fn a_question_about_anything_else_is_refused() {
    let fake = start();
    for messages in [
        json!([]),
        json!([{"role": "system", "content": question().to_string()}]),
        json!([{"role": "user", "content": "Привет!"}]),
        json!([{"role": "user", "content": "{\"order\": {}}"}]),
    ] {
        let body = json!({"model": "m", "messages": messages});
        let (status, _) = answer(post(&fake, "/chat/completions", &body).await.unwrap()).await;
        assert_eq!(status, 400, "{messages}");
    }
}
