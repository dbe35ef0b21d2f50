//! What the server counts, for Prometheus: one place that names every metric but those of the calls to
//! models, which `ml` counts itself.
//!
//! Labels are few and fixed: no id, path or e-mail is ever one.

use anyhow::Result;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use services::webhooks::Receipt;

/// Deliveries of Stripe's, by what became of them: `applied`, `duplicate`, `stale`, `ignored`,
/// `parked`; `failed` was answered with a 5xx, `refused` with a 4xx.
const STRIPE_DELIVERIES: &str = "tutors_stripe_deliveries_total";

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
        ml::describe_metrics();
        Ok(Self(handle))
    }

    /// In Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }
}

/// Counts a delivery that was answered.
pub fn stripe_delivery(receipt: Receipt) {
    metrics::counter!(STRIPE_DELIVERIES, "outcome" => domain::text_enum::TextEnum::as_str(receipt))
        .increment(1);
}

/// Counts a delivery that is no event of Stripe's.
pub fn stripe_delivery_refused() {
    metrics::counter!(STRIPE_DELIVERIES, "outcome" => "refused").increment(1);
}

/// Counts a delivery that failed on our side, which Stripe will repeat.
pub fn stripe_delivery_failed() {
    metrics::counter!(STRIPE_DELIVERIES, "outcome" => "failed").increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_counted_by_what_became_of_them() -> Result<()> {
        let metrics = Metrics::start()?;
        for receipt in [Receipt::Applied, Receipt::Applied, Receipt::Parked] {
            stripe_delivery(receipt);
        }
        stripe_delivery_refused();
        stripe_delivery_failed();
        let text = metrics.render();
        for line in [
            r#"tutors_stripe_deliveries_total{outcome="applied"} 2"#,
            r#"tutors_stripe_deliveries_total{outcome="parked"} 1"#,
            r#"tutors_stripe_deliveries_total{outcome="refused"} 1"#,
            r#"tutors_stripe_deliveries_total{outcome="failed"} 1"#,
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        Ok(())
    }
}
