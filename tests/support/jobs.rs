//! A worker on the application's own clock.

use services::ServiceError;
use services::jobs::{Interruption, Job, JobTools, Run, enqueue, run_due};

use super::app::TestApp;

impl TestApp {
    /// Runs everything that is due, one job after the other; what became of each.
    pub async fn run_jobs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        while let Some(run) = run_due(self.job_tools(), "of-the-tests", never)
            .await
            .unwrap()
        {
            runs.push(run);
        }
        runs
    }

    pub fn job_tools(&self) -> JobTools<'_> {
        JobTools {
            db: self.db(),
            clock: self.clock.as_ref(),
            external: &self.state().external,
        }
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
