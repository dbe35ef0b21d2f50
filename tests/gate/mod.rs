//! What a request has to pass before anybody asks who sends it, and what every answer carries.

mod cors;
mod headers;
mod hosts;
mod https;
mod idle;
mod limits;
mod proxies;

use api::gate::{AllowedHosts, Site, TrustedProxies};

use crate::support::{Deployment, HOST, TestApp};

/// The proxy that the deployments of these tests trust.
const PROXY: &str = "10.1.2.3";

/// Behind a proxy, HTTPS only.
fn behind_a_proxy() -> Site {
    Site {
        allowed_hosts: AllowedHosts::parse([HOST]).unwrap(),
        trusted_proxies: TrustedProxies::parse(["10.0.0.0/8", "fd00::/8"]).unwrap(),
        forces_https: true,
        has_secure_cookies: true,
        ..Site::default()
    }
}

async fn app_of(site: Site) -> TestApp {
    TestApp::deployed(Deployment {
        site,
        rate_limits: false,
        ..Deployment::default()
    })
    .await
}
