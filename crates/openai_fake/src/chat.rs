//! `POST /v1/chat/completions`: <https://platform.openai.com/docs/api-reference/chat>.
//!
//! The only conversation it can hold is the platform's: the user shows an order and candidates as
//! JSON, the model answers with their handles in the order of its liking.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    embeddings::tokens,
    ranking::{Question, Ranking, Words},
    reply::{Answer, bad_request},
};

#[derive(Deserialize)]
struct ChatRequest {
    model: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Content,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: String,
}

impl Content {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => parts.iter().map(|part| part.text.as_str()).collect(),
        }
    }
}

pub fn answer(body: &[u8], ranking: &Ranking) -> Answer {
    let request: ChatRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return bad_request(&error.to_string()),
    };
    let asked = request.messages.iter().rfind(|said| said.role == "user");
    let Some(asked) = asked.map(|said| said.content.text()) else {
        return bad_request("'messages' must contain one of the user.");
    };
    let question: Question = match serde_json::from_str(&asked) {
        Ok(question) => question,
        Err(error) => {
            return bad_request(&format!(
                "This model knows only orders and candidates: {error}"
            ));
        }
    };
    let (message, finish_reason, spoken) = match ranking.answer(&question) {
        Words::Said(text) => (said(&text), "stop", text),
        Words::CutOff(text) => (said(&text), "length", text),
        Words::Refused(text) => (refused(&text), "stop", text),
    };
    let prompt = request.messages.iter();
    let prompt: usize = prompt.map(|said| tokens(&said.content.text())).sum();
    let completion = tokens(&spoken);
    Answer::ok(&json!({
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request.model,
        "choices": [{
            "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason
        }],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt.saturating_add(completion)
        }
    }))
}

fn said(text: &str) -> Value {
    json!({"role": "assistant", "content": text, "refusal": null, "annotations": []})
}

fn refused(text: &str) -> Value {
    json!({"role": "assistant", "content": null, "refusal": text, "annotations": []})
}
