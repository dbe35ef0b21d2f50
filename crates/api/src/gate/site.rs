//! What a deployment says of itself: its names, its proxies, whom it lets in by a browser.

use super::{AllowedHosts, Origins, TrustedProxies};

/// The place of this API in the world.
#[derive(Debug, Clone, Default)]
pub struct Site {
    pub allowed_hosts: AllowedHosts,
    pub trusted_proxies: TrustedProxies,
    /// What did not come over HTTPS is redirected or refused.
    pub forces_https: bool,
    /// Whose scripts may read answers.
    pub cors_origins: Origins,
    /// Whose pages may use the refresh cookie.
    pub csrf_origins: Origins,
    /// False only on somebody's own machine, where the API itself is reached over http: a browser
    /// would drop a secure cookie there.
    pub has_secure_cookies: bool,
}
