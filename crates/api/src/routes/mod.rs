//! The routes, one folder per resource. Handlers are a few lines: who may enter and what they
//! bring stands in the signature, what happens is one call to a service or a query.

pub mod accounts;
pub mod admin;
pub mod applications;
pub mod bookings;
pub mod matches;
pub mod operations;
pub mod orders;
pub mod payments;
pub mod privacy;
pub mod subjects;
pub mod tutors;

use utoipa_actix_web::service_config::ServiceConfig;

/// The base path of the API. Within it changes only add.
pub const BASE: &str = "/api/v1";

/// Mounts every route of the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    accounts::mount(config);
    subjects::mount(config);
    tutors::mount(config);
    orders::mount(config);
    matches::mount(config);
    applications::mount(config);
    bookings::mount(config);
    payments::mount(config);
    privacy::mount(config);
    admin::mount(config);
}
