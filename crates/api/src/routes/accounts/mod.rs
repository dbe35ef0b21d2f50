//! Accounts: registering, signing in and out, one's own data.

mod bodies;
mod me;
mod sign_in;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    sign_in::mount(config);
    me::mount(config);
}
