//! `POST /v1/embeddings`: <https://platform.openai.com/docs/api-reference/embeddings>.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    faults::Fault,
    reply::{Answer, bad_request},
    trigrams,
};

const DEFAULT_DIMENSIONS: usize = 1536;
const MOST_DIMENSIONS: usize = 3072;
const MOST_INPUTS: usize = 2048;
/// More than the largest f32, as JSON can say it.
const TOO_LARGE: f64 = 1e39;

#[derive(Deserialize)]
struct EmbeddingsRequest {
    input: Input,
    model: String,
    dimensions: Option<usize>,
    #[serde(default)]
    encoding_format: EncodingFormat,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodingFormat {
    #[default]
    Float,
    Base64,
}

#[derive(Serialize)]
struct EmbeddingsResponse {
    object: &'static str,
    data: Vec<EmbeddingObject>,
    model: String,
    usage: Usage,
}

#[derive(Serialize)]
struct EmbeddingObject {
    object: &'static str,
    index: usize,
    embedding: Embedding,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Embedding {
    Numbers(Vec<Number>),
    /// Little-endian f32, one after the other.
    Base64(String),
    Missing(()),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Number {
    Single(f32),
    Double(f64),
    Null(()),
}

#[derive(Serialize)]
struct Usage {
    prompt_tokens: usize,
    total_tokens: usize,
}

pub fn answer(body: &[u8], fault: Option<&Fault>) -> Answer {
    let request: EmbeddingsRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return bad_request(&error.to_string()),
    };
    let texts = match request.input {
        Input::One(text) => vec![text],
        Input::Many(texts) => texts,
    };
    if texts.is_empty() || texts.len() > MOST_INPUTS || texts.iter().any(String::is_empty) {
        return bad_request("'$.input' is invalid.");
    }
    let dimensions = request.dimensions.unwrap_or(DEFAULT_DIMENSIONS);
    if dimensions == 0 || dimensions > MOST_DIMENSIONS || request.model.is_empty() {
        return bad_request("This model does not support specifying dimensions like that.");
    }
    let embedded = texts.iter().enumerate().map(|(index, text)| {
        let numbers = trigrams::embed(text, dimensions);
        EmbeddingObject {
            object: "embedding",
            index,
            embedding: spoilt(numbers, request.encoding_format, fault),
        }
    });
    let mut data: Vec<_> = embedded.collect();
    if fault == Some(&Fault::MissingVector) {
        data.pop();
    }
    let tokens = texts.iter().map(|text| tokens(text)).sum();
    Answer::ok(&EmbeddingsResponse {
        object: "list",
        data,
        model: request.model,
        usage: Usage {
            prompt_tokens: tokens,
            total_tokens: tokens,
        },
    })
}

/// The vector as asked for, if nothing else is planned.
fn spoilt(mut numbers: Vec<f32>, format: EncodingFormat, fault: Option<&Fault>) -> Embedding {
    if fault == Some(&Fault::WrongSize) {
        numbers.pop();
    }
    match (format, fault) {
        (EncodingFormat::Base64, Some(Fault::NullInVector)) => Embedding::Missing(()),
        (EncodingFormat::Base64, _) => {
            if fault == Some(&Fault::NotFinite) {
                numbers.pop();
                numbers.push(f32::INFINITY);
            }
            let bytes: Vec<u8> = numbers.into_iter().flat_map(f32::to_le_bytes).collect();
            Embedding::Base64(STANDARD.encode(bytes))
        }
        (EncodingFormat::Float, _) => {
            let mut numbers: Vec<_> = numbers.into_iter().map(Number::Single).collect();
            let wrong = match fault {
                Some(Fault::NotFinite) => Some(Number::Double(TOO_LARGE)),
                Some(Fault::NullInVector) => Some(Number::Null(())),
                _ => None,
            };
            if let Some(wrong) = wrong {
                numbers.pop();
                numbers.push(wrong);
            }
            Embedding::Numbers(numbers)
        }
    }
}

/// About as many as a tokenizer would find.
pub fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}
