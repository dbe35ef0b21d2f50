//! The worker: it takes jobs off the queue, one a lane, until the process is told to stop, and queues
//! what was left while there was nobody to do it.
//!
//! What is done and how it is written down is in `services::jobs`; here is only when. Any number of
//! workers may share a database.

use std::time::Duration;

use actix_web::rt::spawn;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::sleep;
use actix_web::web::Data;
use rand::Rng;
use services::error_chain;
use services::jobs::{self, Interruption, RENEWED_EVERY, Run};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::housekeeping::{start_queueing, unless_it_panics};
use crate::metrics;
use crate::state::AppState;

/// How many jobs a process runs at a time: they wait for others more than they work.
const LANES: usize = 4;
/// How long an idle lane sleeps, in milliseconds: between the two, so that lanes don't ask in step.
const IDLE_MS: std::ops::Range<u64> = 250..750;
/// How long a lane sleeps after the database has failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long jobs that are running have to end; then they are given back.
const STOPPING_TIMEOUT: Duration = Duration::from_secs(3);

/// The lanes of this process.
pub(crate) struct Worker {
    lanes: Vec<JoinHandle<()>>,
    queueing: JoinHandle<()>,
    stop: watch::Sender<Option<Instant>>,
}

impl Worker {
    /// Starts taking jobs.
    pub(crate) fn start(state: &Data<AppState>) -> Self {
        let (stop, stopping) = watch::channel(None);
        let name = format!("{}-{:08x}", std::process::id(), rand::random::<u32>());
        log::info!(worker = name.as_str(); "jobs are taken");
        let lanes = (0..LANES).map(|_| {
            let lane = Lane {
                state: state.clone(),
                worker: name.clone(),
                stopping: stopping.clone(),
            };
            spawn(lane.run())
        });
        Self {
            lanes: lanes.collect(),
            queueing: start_queueing(state),
            stop,
        }
    }

    /// Takes no more jobs, and waits until those that are running have ended or are given back.
    pub(crate) async fn stop(self) {
        self.stop
            .send_replace(Some(Instant::now() + STOPPING_TIMEOUT));
        self.queueing.abort();
        // Until it is gone it may hold a connection.
        let _ = self.queueing.await;
        for lane in self.lanes {
            if let Err(error) = lane.await {
                log::warn!("a lane of the worker ended badly: {error}");
            }
        }
    }
}

struct Lane {
    state: Data<AppState>,
    worker: String,
    /// Until when a running job has to end, once the process is told to stop.
    stopping: watch::Receiver<Option<Instant>>,
}

impl Lane {
    async fn run(self) {
        while self.deadline().is_none() {
            let mut pause = AFTER_FAILURE;
            unless_it_panics(async { pause = self.work_off().await }).await;
            tokio::select! {
                () = sleep(pause) => {}
                _ = self.told_to_stop() => {}
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        *self.stopping.borrow()
    }

    /// Runs what is due, one after the other; gives how long to sleep then.
    async fn work_off(&self) -> Duration {
        while self.deadline().is_none() {
            match self.run_one().await {
                Ok(Some(run)) => metrics::job_run(&run),
                Ok(None) => break,
                Err(error) => {
                    let cause = error_chain(&error);
                    log::warn!("no job could be taken or written down: {cause}");
                    return AFTER_FAILURE;
                }
            }
        }
        Duration::from_millis(rand::rng().random_range(IDLE_MS))
    }

    async fn run_one(&self) -> Result<Option<Run>, services::ServiceError> {
        jobs::run_due(self.state.tools(), &self.worker, async || {
            tokio::select! {
                () = sleep(RENEWED_EVERY) => Interruption::Renewal,
                () = self.out_of_time() => Interruption::End,
            }
        })
        .await
    }

    async fn told_to_stop(&self) -> Instant {
        let mut stopping = self.stopping.clone();
        let told = stopping.wait_for(Option::is_some).await;
        // A worker that is gone without a word has stopped as well.
        told.ok()
            .and_then(|deadline| *deadline)
            .unwrap_or_else(Instant::now)
    }

    async fn out_of_time(&self) {
        sleep_until(self.told_to_stop().await).await;
    }
}
