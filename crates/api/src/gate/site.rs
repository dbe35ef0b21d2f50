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

impl Site {
    /// What an operator is to know at the start: this server ends no TLS, and without a proxy that it
    /// believes every request has come in plain text.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        (self.forces_https && self.trusted_proxies.is_empty()).then_some(
            "TRUSTED_PROXIES is not set: every request counts as plain text and is redirected or refused; \
             name the proxy that ends TLS",
        )
    }
}
