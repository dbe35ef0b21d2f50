//! What the server counts, for Prometheus: one place that names every metric but those of the calls to
//! models, which `ml` counts itself.
//!
//! Labels are few and fixed: no id, path or e-mail is ever one.

use anyhow::Result;
use domain::text_enum::TextEnum;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use services::jobs::{Backlog, Run};
use services::matching::Matches;
use services::webhooks::Receipt;

/// Deliveries of Stripe's, by what became of them: `applied`, `duplicate`, `stale`, `ignored`,
/// `parked`; `failed` was answered with a 5xx, `refused` with a 4xx.
const STRIPE_DELIVERIES: &str = "tutors_stripe_deliveries_total";

/// Jobs that this process has run, by their kind and by what became of them: `done`, `retried`,
/// `superseded`, `dead`, `given_back`, `lease_lost`.
const JOBS: &str = "tutors_jobs_total";
/// Jobs in the database, of all processes: each of them tells the same number.
const JOBS_QUEUED: &str = "tutors_jobs_queued";
const JOBS_RUNNING: &str = "tutors_jobs_running";
const JOBS_DEAD: &str = "tutors_jobs_dead";

const MATCHES: &str = "tutors_matches_total";
const DEGRADED: &str = "tutors_matches_degraded_total";

/// What has been counted so far.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Counts from now on, for the whole process.
    ///
    /// # Errors
    /// Something else counts already.
    pub fn start() -> Result<Self> {
        let handle = PrometheusBuilder::new().install_recorder()?;
        metrics::describe_counter!(
            STRIPE_DELIVERIES,
            "Deliveries of Stripe's, by their outcome."
        );
        metrics::describe_counter!(
            MATCHES,
            "Matches that students waited for, by their engine."
        );
        metrics::describe_counter!(
            DEGRADED,
            "What such matches had to do without, by the reason."
        );
        ml::describe_metrics();
        metrics::describe_counter!(JOBS, "Jobs that were run, by their kind and outcome.");
        metrics::describe_gauge!(JOBS_QUEUED, "Jobs that wait, also for their next try.");
        metrics::describe_gauge!(JOBS_RUNNING, "Jobs that a worker has leased.");
        metrics::describe_gauge!(JOBS_DEAD, "Jobs given up after their last try.");
        Ok(Self(handle))
    }

    /// In Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }
}

/// Counts a match that a student waited for.
pub fn matched(matches: &Matches) {
    metrics::counter!(MATCHES, "engine" => matches.engine.as_str()).increment(1);
    for reason in &matches.degraded {
        metrics::counter!(DEGRADED, "reason" => reason.as_str()).increment(1);
    }
}

/// Counts a delivery that was answered.
pub fn stripe_delivery(receipt: Receipt) {
    metrics::counter!(STRIPE_DELIVERIES, "outcome" => receipt.as_str()).increment(1);
}

/// Counts a delivery that is no event of Stripe's.
pub fn stripe_delivery_refused() {
    metrics::counter!(STRIPE_DELIVERIES, "outcome" => "refused").increment(1);
}

/// Counts a delivery that failed on our side, which Stripe will repeat.
pub fn stripe_delivery_failed() {
    metrics::counter!(STRIPE_DELIVERIES, "outcome" => "failed").increment(1);
}

/// Counts a job that was run.
pub fn job_run(run: &Run) {
    let (kind, outcome) = (run.kind.clone(), run.outcome.as_str());
    metrics::counter!(JOBS, "kind" => kind, "outcome" => outcome).increment(1);
}

/// Tells how much work there is.
pub fn backlog(backlog: Backlog) {
    for (name, count) in [
        (JOBS_QUEUED, backlog.queued),
        (JOBS_RUNNING, backlog.running),
        (JOBS_DEAD, backlog.dead),
    ] {
        metrics::gauge!(name).set(u32::try_from(count).unwrap_or(u32::MAX));
    }
}
