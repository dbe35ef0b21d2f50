//! Who may come in, and how: the names of this API, its proxies, the origins of its pages.

use std::net::SocketAddr;

use url::Url;

use super::reader::Reader;
use crate::gate::{AllowedHosts, Origin, Origins, Site, TrustedProxies};

/// Names by which somebody reaches their own machine.
pub const OWN_MACHINE: [&str; 4] = ["localhost", ".localhost", "127.0.0.1", "::1"];

/// The domain of every address in `.env.example`: whoever left it there has not filled it in.
const PLACEHOLDER: &str = "example.com";

/// Where the API and its front end are reached.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Without a slash at its end. None in production, if nobody says so.
    pub public_url: Option<String>,
    /// Where Checkout returns to and links in mails lead, without a slash at its end.
    pub frontend_url: String,
}

pub(super) fn addresses(env: &mut Reader<'_>, debug: bool, bind_addr: SocketAddr) -> Addresses {
    let own = debug.then(|| format!("http://{bind_addr}"));
    let public_url = address(env, "PUBLIC_URL").or(own);
    let frontend_url = address(env, "FRONTEND_URL").or_else(|| public_url.clone());
    if frontend_url.is_none() && !env.names("FRONTEND_URL") {
        env.fault("FRONTEND_URL: is missing; Checkout returns the payer there");
    }
    Addresses {
        public_url,
        frontend_url: frontend_url.unwrap_or_default(),
    }
}

fn address(env: &mut Reader<'_>, name: &str) -> Option<String> {
    let text = env.text(name)?;
    let is_address = Url::parse(&text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !is_address {
        env.fault(format!(
            "{name}: must be an address such as https://tutors.example.org"
        ));
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

pub(super) fn site(env: &mut Reader<'_>, debug: bool, addresses: &Addresses) -> Site {
    let forces_https = env.flag("FORCE_HTTPS", !debug);
    let public_url = addresses.public_url.as_deref();
    let site = Site {
        allowed_hosts: allowed_hosts(env, debug, public_url),
        trusted_proxies: trusted_proxies(env, debug),
        forces_https,
        cors_origins: origins(env, "CORS_ALLOWED_ORIGINS"),
        csrf_origins: origins(env, "CSRF_TRUSTED_ORIGINS"),
        has_secure_cookies: !(debug && public_url.is_some_and(|url| url.starts_with("http://"))),
    };
    if !debug {
        refuse_placeholders(env, addresses, &site);
    }
    site
}

fn allowed_hosts(env: &mut Reader<'_>, debug: bool, public_url: Option<&str>) -> AllowedHosts {
    let mut names = env.list("ALLOWED_HOSTS");
    if names.is_empty() {
        let own = public_url.and_then(|url| Url::parse(url).ok());
        names.extend(own.and_then(|url| url.host_str().map(str::to_owned)));
        if debug {
            names.extend(OWN_MACHINE.map(str::to_owned));
        }
    }
    if names.is_empty() && !env.names("PUBLIC_URL") {
        env.fault("ALLOWED_HOSTS: is missing; the names by which clients reach this API");
    }
    let hosts = AllowedHosts::parse(names.iter().map(String::as_str)).unwrap_or_else(|no_host| {
        env.fault(format!("ALLOWED_HOSTS: {no_host}"));
        AllowedHosts::default()
    });
    let is_placeholder = |name: &String| {
        let name = name.trim_start_matches('.');
        name == PLACEHOLDER || name.ends_with(&format!(".{PLACEHOLDER}"))
    };
    if !debug && env.names("ALLOWED_HOSTS") && names.iter().any(is_placeholder) {
        env.fault("ALLOWED_HOSTS: is the one of .env.example; put your own in its place");
    }
    if hosts.allows_any() && !debug {
        env.fault("ALLOWED_HOSTS: * lets anybody speak in this API's name, so it needs DEBUG=true");
    }
    hosts
}

fn trusted_proxies(env: &mut Reader<'_>, debug: bool) -> TrustedProxies {
    let networks = env.list("TRUSTED_PROXIES");
    let proxies = TrustedProxies::parse(networks.iter().map(String::as_str));
    let proxies = proxies.unwrap_or_else(|_| {
        env.fault("TRUSTED_PROXIES: must be networks such as 10.0.0.0/8, or addresses");
        TrustedProxies::default()
    });
    if proxies.trusts_everybody() && !debug {
        env.fault("TRUSTED_PROXIES: a network of everybody lets anybody say where they are");
    }
    proxies
}

fn origins(env: &mut Reader<'_>, name: &str) -> Origins {
    let list = env.list(name);
    Origins::parse(list.iter().map(String::as_str)).unwrap_or_else(|no_origin| {
        env.fault(format!("{name}: {no_origin}"));
        Origins::default()
    })
}

/// In production every address is a real one, and none is reached in plain text.
fn refuse_placeholders(env: &mut Reader<'_>, addresses: &Addresses, site: &Site) {
    let named = [
        ("PUBLIC_URL", addresses.public_url.as_deref()),
        ("FRONTEND_URL", Some(addresses.frontend_url.as_str())),
    ];
    let named = named.into_iter().flat_map(|(name, url)| {
        let url = url.and_then(|url| Url::parse(url).ok());
        let origin = url.and_then(|url| Origin::parse(&url.origin().ascii_serialization()).ok());
        origin.map(|origin| (name, origin))
    });
    let cors = site.cors_origins.iter().cloned();
    let csrf = site.csrf_origins.iter().cloned();
    let all: Vec<(&str, Origin)> = named
        .chain(cors.map(|origin| ("CORS_ALLOWED_ORIGINS", origin)))
        .chain(csrf.map(|origin| ("CSRF_TRUSTED_ORIGINS", origin)))
        .collect();
    for (name, origin) in all {
        if is_placeholder(&origin) {
            env.fault(format!(
                "{name}: is the one of .env.example; put your own in its place"
            ));
        } else if site.forces_https && !origin.is_https() {
            env.fault(format!(
                "{name}: must be https; nothing is answered in plain text (FORCE_HTTPS)"
            ));
        }
    }
}

fn is_placeholder(origin: &Origin) -> bool {
    let host = Url::parse(origin.as_str()).ok();
    let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
    host.strip_suffix(PLACEHOLDER)
        .is_some_and(|below| below.is_empty() || below.ends_with('.'))
}
