//! A worker on the application's own clock.

use services::jobs::{Interruption, Job, Run, enqueue, run_due};
use services::{ServiceError, Tools};

use super::app::TestApp;

impl TestApp {
    /// Runs everything that is due, one job after the other; what became of each.
    pub async fn run_jobs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        while let Some(run) = run_due(self.tools(), "of-the-tests", never).await.unwrap() {
            runs.push(run);
        }
        runs
    }

    pub fn tools(&self) -> Tools<'_> {
        self.state().tools()
    }

    /// Requests a job, as a use case does.
    pub async fn enqueue(&self, job: &Job) {
        persistence::write(self.db(), &self.scope(), async |tx| {
            enqueue(tx, job).await?;
            Ok::<_, ServiceError>(())
        })
        .await
        .unwrap();
    }
}

/// Nothing interrupts the worker.
pub async fn never() -> Interruption {
    std::future::pending().await
}
