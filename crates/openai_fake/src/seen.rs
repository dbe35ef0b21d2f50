//! Every request that was fully read, in the order in which their last bytes came.

use serde::Serialize;
use tokio::sync::watch;

use crate::operation::Operation;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenRequest {
    pub operation: Operation,
    /// Method, path and query: `POST /v1/embeddings`.
    pub target: String,
    /// Names in lower case, the key included.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

#[derive(Debug, Default)]
pub struct Seen(watch::Sender<Vec<SeenRequest>>);

impl Seen {
    pub fn remember(&self, request: SeenRequest) {
        self.0.send_modify(|seen| seen.push(request));
    }

    pub fn all(&self) -> Vec<SeenRequest> {
        self.0.borrow().clone()
    }

    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    pub fn forget(&self) {
        self.0.send_modify(Vec::clear);
    }

    pub async fn until(&self, count: usize) {
        // It fails only without a sender, which is ourselves.
        let _ = self
            .0
            .subscribe()
            .wait_for(|seen| seen.len() >= count)
            .await;
    }
}
