//! The handle of a running fake: what tests and the demo do to it from inside the process.

use std::{io, sync::Arc};

use tokio::task::JoinHandle;

use crate::{
    fake::Fake,
    faults::{Fault, PlannedFault},
    operation::Operation,
    ranking::Ranking,
    seen::SeenRequest,
};

/// A fake OpenAI that listens. It lives as long as the runtime it was started in, or until
/// [`OpenAiFake::stop`].
#[derive(Debug)]
pub struct OpenAiFake {
    pub(crate) fake: Arc<Fake>,
    pub(crate) base_url: String,
    pub(crate) control_url: String,
    pub(crate) api: JoinHandle<io::Result<()>>,
    pub(crate) control: JoinHandle<()>,
}

impl OpenAiFake {
    /// `http://127.0.0.1:PORT/v1`, for `OPENAI_BASE_URL`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// `http://127.0.0.1:PORT/control`, another port than the API's: that one may be refusing.
    #[must_use]
    pub fn control_url(&self) -> String {
        self.control_url.clone()
    }

    /// Every request that it can happen to goes wrong like this, until [`OpenAiFake::behave`]; of
    /// one operation only, if one is given. Earlier plans come first.
    ///
    /// # Errors
    /// The port could not be closed for [`Fault::Refuse`].
    pub async fn fail(&self, fault: Fault, operation: Option<Operation>) -> io::Result<()> {
        let planned = PlannedFault {
            fault,
            operation,
            count: None,
        };
        self.fake.plan(planned).await
    }

    /// So many requests go wrong like this, once earlier plans are through.
    ///
    /// # Errors
    /// As [`OpenAiFake::fail`].
    pub async fn fail_next(
        &self,
        count: u32,
        fault: Fault,
        operation: Option<Operation>,
    ) -> io::Result<()> {
        let planned = PlannedFault {
            fault,
            operation,
            count: Some(count),
        };
        self.fake.plan(planned).await
    }

    /// Forgets what was planned to go wrong and opens the port if it was closed. What is held stays
    /// held, and the ranking as it is.
    ///
    /// # Errors
    /// The port could not be opened.
    pub async fn behave(&self) -> io::Result<()> {
        self.fake.behave().await
    }

    /// What kind of model answers from now on.
    pub fn set_ranking(&self, ranking: Ranking) {
        *self.fake.ranking() = ranking;
    }

    /// Every request that was fully read, whatever became of it, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.fake.seen.all()
    }

    /// Forgets the requests seen so far.
    pub fn forget(&self) {
        self.fake.seen.forget();
    }

    /// Returns once so many requests were fully read, since the start or [`OpenAiFake::forget`].
    pub async fn until_seen(&self, count: usize) {
        self.fake.seen.until(count).await;
    }

    /// How many requests and silent connections are without an answer, or with a part of one, while
    /// their client still waits.
    #[must_use]
    pub fn holding(&self) -> usize {
        self.fake.held.count()
    }

    /// Returns once at least so many are held.
    pub async fn until_holding(&self, count: usize) {
        self.fake.held.until(|held| *held >= count).await;
    }

    /// Returns once none is held: every client has gone.
    pub async fn until_released(&self) {
        self.fake.held.until(|held| *held == 0).await;
    }

    /// Closes the ports and every connection.
    pub async fn stop(self) {
        self.control.abort();
        let _ = self.control.await;
        // It fails only if the runtime is being taken down, which closes everything as well.
        let _ = self.fake.port.close().await;
        let _ = self.api.await;
    }
}
