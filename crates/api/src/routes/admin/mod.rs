//! What administrators do: moderation of tutors, Stripe's events, jobs that died, the audit trail.

mod audit;
mod jobs;
mod tutors;
mod webhook_events;

use domain::text_enum::TextEnum;
use domain::validation::{FieldProblem, Violations};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    tutors::mount(config);
    webhook_events::mount(config);
    jobs::mount(config);
    audit::mount(config);
}

/// A filter by one of an enum's values.
fn chosen<T: TextEnum>(parameter: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    T::from_text(text).map(Some).ok_or_else(|| {
        let allowed = T::texts();
        Problem::invalid_query(Violations::one(
            parameter,
            FieldProblem::NotOneOf { allowed },
        ))
    })
}
