//! Accounts: registering, signing in and out, passwords, e-mail addresses, devices, one's own data.

mod bodies;
mod email;
pub(crate) mod me;
mod password;
mod refresh_cookie;
pub mod sessions;
mod sign_in;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    sign_in::mount(config);
    password::mount(config);
    email::mount(config);
    sessions::mount(config);
    me::mount(config);
}
