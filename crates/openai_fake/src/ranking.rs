//! What the model makes of an order and its candidates.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{gullibility::speaks_to_the_model, trigrams};

/// As many dimensions tell the texts of a market apart.
const DIMENSIONS: usize = 512;

/// A kind of model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "ranking", content = "content", rename_all = "snake_case")]
pub enum Ranking {
    /// By how alike the order's text and the candidate's are; of equals, as they came.
    #[default]
    Honest,
    /// Obeys whoever speaks to it: those candidates come first, the others honestly after them.
    Gullible,
    /// The honest order, worst first.
    Reversed,
    /// Says exactly this, whatever it was asked.
    Verbatim(String),
    /// Won't do it: `message.refusal`, without content.
    Refusal,
    /// Runs out of tokens in the middle of an honest answer: `finish_reason` is `length`.
    Truncated,
}

/// What it was asked.
#[derive(Debug, Deserialize)]
pub struct Question {
    order: Value,
    candidates: Vec<Candidate>,
}

#[derive(Debug, Deserialize)]
struct Candidate {
    handle: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// What it says.
#[derive(Debug, PartialEq, Eq)]
pub enum Words {
    Said(String),
    CutOff(String),
    Refused(String),
}

impl Ranking {
    pub fn answer(&self, question: &Question) -> Words {
        let mut ranked = question.ranked();
        match self {
            Self::Honest => {}
            Self::Gullible => {
                ranked.sort_by_key(|candidate| !speaks_to_the_model(&candidate.text()))
            }
            Self::Reversed => ranked.reverse(),
            Self::Verbatim(text) => return Words::Said(text.clone()),
            Self::Refusal => {
                return Words::Refused("I'm sorry, I can't help with that request.".into());
            }
            Self::Truncated => {
                let text = written(&ranked);
                let half = text.len() / 2;
                return Words::CutOff(text.chars().take(half).collect());
            }
        }
        Words::Said(written(&ranked))
    }
}

fn written(ranked: &[&Candidate]) -> String {
    let handles: Vec<&str> = ranked.iter().map(|c| c.handle.as_str()).collect();
    json!({"ranking": handles}).to_string()
}

impl Question {
    /// The candidates by likeness to the order.
    fn ranked(&self) -> Vec<&Candidate> {
        let mut text = String::new();
        collect_text(&self.order, &mut text);
        let order = trigrams::embed(&text, DIMENSIONS);
        let likeness = |candidate: &Candidate| -> f32 {
            let about = trigrams::embed(&candidate.text(), DIMENSIONS);
            order.iter().zip(about).map(|(a, b)| a * b).sum()
        };
        let mut ranked: Vec<_> = self.candidates.iter().map(|c| (likeness(c), c)).collect();
        ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        ranked.into_iter().map(|(_, candidate)| candidate).collect()
    }
}

impl Candidate {
    fn text(&self) -> String {
        let mut text = String::new();
        for value in self.rest.values() {
            collect_text(value, &mut text);
        }
        text
    }
}

/// Every string of a JSON value, however deep, without the names of fields.
fn collect_text(value: &Value, text: &mut String) {
    match value {
        Value::String(string) => {
            text.push_str(string);
            text.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| collect_text(value, text)),
        Value::Object(fields) => fields.values().for_each(|value| collect_text(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
