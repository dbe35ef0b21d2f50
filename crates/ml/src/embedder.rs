//! The embedding of texts.

use std::sync::Arc;

use async_openai::types::embeddings::EmbeddingInput;
use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::client::{Asking, OpenAi, Operation};
use crate::config::OpenAiConfig;

/// Asks for embeddings by one model, of one size.
#[derive(Debug, Clone)]
pub struct Embedder {
    openai: Arc<OpenAi>,
    model: String,
    dimensions: u16,
}

#[derive(Serialize, Clone)]
struct Request<'a> {
    model: &'a str,
    input: EmbeddingInput,
    dimensions: u16,
}

/// What matters of a reply; servers that speak the protocol differ in the rest.
#[derive(Deserialize)]
struct Reply {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    index: usize,
    embedding: Vec<f32>,
}

impl Embedder {
    #[must_use]
    pub fn new(openai: Arc<OpenAi>, config: &OpenAiConfig) -> Self {
        Self {
            openai,
            model: config.embedding_model.clone(),
            dimensions: config.embedding_dimensions,
        }
    }

    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    #[must_use]
    pub fn dimensions(&self) -> u16 {
        self.dimensions
    }

    /// The embeddings of texts, in their order, each of length 1. One call, whatever their number.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn embed(&self, texts: &[String], asking: &Asking) -> Result<Vec<Vec<f32>>, Cause> {
        let request = Request {
            model: &self.model,
            input: EmbeddingInput::StringArray(texts.to_vec()),
            dimensions: self.dimensions,
        };
        let client = &self.openai.client;
        let call = || {
            let request = request.clone();
            async move { client.embeddings().create_byot(request).await }
        };
        let read = |reply| self.read(reply, texts.len());
        self.openai
            .ask(Operation::Embeddings, asking, call, read)
            .await
    }

    fn read(&self, reply: Reply, count: usize) -> Result<Vec<Vec<f32>>, Cause> {
        let mut entries = reply.data;
        entries.sort_by_key(|entry| entry.index);
        let is_whole = entries.iter().map(|entry| entry.index).eq(0..count);
        let vectors = entries
            .into_iter()
            .map(|entry| unit_vector(entry.embedding, self.dimensions));
        vectors
            .collect::<Option<Vec<_>>>()
            .filter(|_| is_whole)
            .ok_or(Cause::BadReply)
    }
}

/// Brought to length 1, so that a cosine is a sum of products; `None` if it has another size, no
/// direction, or numbers that are none.
fn unit_vector(vector: Vec<f32>, dimensions: u16) -> Option<Vec<f32>> {
    let length = vector
        .iter()
        .map(|x| f64::from(*x).powi(2))
        .sum::<f64>()
        .sqrt();
    let is_usable =
        vector.len() == usize::from(dimensions) && length.is_finite() && length > f64::EPSILON;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float32 in, a float32 out"
    )]
    is_usable.then(|| {
        vector
            .into_iter()
            .map(|x| (f64::from(x) / length) as f32)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_gets_length_one_or_is_none() {
        assert_eq!(unit_vector(vec![3.0, 4.0], 2), Some(vec![0.6, 0.8]));
        for wrong in [
            vec![3.0],
            vec![0.0, 0.0],
            vec![f32::NAN, 1.0],
            vec![f32::INFINITY, 1.0],
        ] {
            assert_eq!(unit_vector(wrong.clone(), 2), None, "{wrong:?}");
        }
        // Squares of these would overflow as float32.
        let huge = unit_vector(vec![3e38, 3e38], 2).unwrap();
        assert!((huge[0] - 0.707_106_77).abs() < 1e-6);
    }
}
