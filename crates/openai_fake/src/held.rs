//! How many requests wait for an answer, or for the rest of one, in vain.

use std::sync::Arc;

use tokio::sync::watch;

#[derive(Debug, Clone, Default)]
pub struct Held(Arc<watch::Sender<usize>>);

/// One request that is held, for as long as this lives.
#[derive(Debug)]
pub struct Holding(Held);

impl Held {
    pub fn hold(&self) -> Holding {
        self.0.send_modify(|held| *held = held.saturating_add(1));
        Holding(self.clone())
    }

    pub fn count(&self) -> usize {
        *self.0.borrow()
    }

    pub async fn until(&self, is_so: impl FnMut(&usize) -> bool) {
        // It fails only without a sender, which is ourselves.
        let _ = self.0.subscribe().wait_for(is_so).await;
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        let Held(count) = &self.0;
        count.send_modify(|held| *held = held.saturating_sub(1));
    }
}
