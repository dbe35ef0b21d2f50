//! The embedding of texts.

use std::sync::Arc;

use async_openai::types::embeddings::EmbeddingInput;
use domain::embedding::{Embedding, EmbeddingModel};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::client::{Asking, OpenAi, Operation};
use crate::config::OpenAiConfig;
use crate::flights::{Flights, Landed};

/// Asks one model for embeddings.
#[derive(Debug, Clone)]
pub struct Embedder {
    openai: Arc<OpenAi>,
    model: EmbeddingModel,
    under_way: Arc<Flights<String, Embedding>>,
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
            under_way: Arc::default(),
        }
    }

    #[must_use]
    pub fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    /// The embeddings of texts, in their order. One call, whatever their number.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn embed(&self, texts: &[String], asking: &Asking) -> Result<Vec<Embedding>, Cause> {
        let request = Request {
            model: self.model.name(),
            input: EmbeddingInput::StringArray(texts.to_vec()),
            dimensions: self.model.dimensions(),
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

    /// The embedding of one text; of those who want it at the same time one asks.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn embed_shared(
        &self,
        text: String,
        asking: &Asking,
    ) -> Result<Landed<Embedding>, Cause> {
        let call = || {
            let (embedder, asking, text) = (self.clone(), asking.clone(), text.clone());
            async move {
                let mut embedded = embedder.embed(&[text], &asking).await?;
                embedded.pop().ok_or(Cause::BadReply)
            }
            .boxed()
        };
        let (clock, deadline) = (self.openai.clock(), asking.deadline);
        self.under_way
            .join(clock, deadline, text.clone(), call)
            .await
    }

    fn read(&self, reply: Reply, count: usize) -> Result<Vec<Embedding>, Cause> {
        let mut entries = reply.data;
        entries.sort_by_key(|entry| entry.index);
        let is_whole = entries.iter().map(|entry| entry.index).eq(0..count);
        let vectors = entries
            .into_iter()
            .map(|entry| Embedding::new(&self.model, entry.embedding).ok());
        let vectors = vectors.collect::<Option<Vec<_>>>();
        vectors.filter(|_| is_whole).ok_or(Cause::BadReply)
    }
}
