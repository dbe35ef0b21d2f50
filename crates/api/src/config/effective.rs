//! The settings in force, for people: every one, and of a secret only that there is one.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::ServeConfig;

impl ServeConfig {
    /// Each variable with what holds for it.
    #[must_use]
    pub fn effective(&self) -> Vec<(&'static str, String)> {
        let Self {
            debug,
            bind_addr,
            ops_addr,
            addresses,
            site,
            rate_limits,
            database_url,
            jwt_secrets,
            stripe,
            openai,
            mail,
            fault_point,
        } = self;
        let mut lines = vec![
            ("DEBUG", debug.to_string()),
            ("BIND_ADDR", bind_addr.to_string()),
            ("OPS_ADDR", ops_addr.to_string()),
            ("PUBLIC_URL", shown(addresses.public_url.as_deref())),
            ("FRONTEND_URL", shown(Some(&addresses.frontend_url))),
            ("ALLOWED_HOSTS", site.allowed_hosts.to_string()),
            ("FORCE_HTTPS", site.forces_https.to_string()),
            ("TRUSTED_PROXIES", site.trusted_proxies.to_string()),
            ("CORS_ALLOWED_ORIGINS", site.cors_origins.to_string()),
            ("CSRF_TRUSTED_ORIGINS", site.csrf_origins.to_string()),
            ("RATE_LIMITS", on_or_off(*rate_limits)),
            ("DATABASE_URL", without_secrets(database_url)),
            ("JWT_SECRET", masked(jwt_secrets)),
            (
                "STRIPE",
                if stripe.fake { "fake" } else { "live" }.to_owned(),
            ),
            ("STRIPE_SECRET_KEY", key_kind(&stripe.secret_key)),
            (
                "STRIPE_PUBLISHABLE_KEY",
                stripe
                    .publishable_key
                    .clone()
                    .unwrap_or_else(|| "none".to_owned()),
            ),
            ("STRIPE_WEBHOOK_SECRET", masked(&stripe.webhook_secrets)),
            (
                "STRIPE_API_BASE",
                shown(stripe.api_base.as_ref().map(Url::as_str)),
            ),
        ];
        lines.extend([
            ("SMTP_URL", mail.destination.to_string()),
            ("MAIL_FROM", mail.from.clone()),
        ]);
        match openai {
            None => lines.push(("ML_EXTERNAL", "off: nothing is sent to a model".to_owned())),
            Some(openai) => lines.extend([
                ("ML_EXTERNAL", "on".to_owned()),
                (
                    "OPENAI_API_KEY",
                    masked(std::slice::from_ref(&openai.api_key)),
                ),
                ("OPENAI_BASE_URL", without_secrets(openai.base_url.as_str())),
                (
                    "OPENAI_EMBEDDING_MODEL",
                    openai.embedding_model.name().to_owned(),
                ),
                (
                    "OPENAI_EMBEDDING_DIMENSIONS",
                    openai.embedding_model.dimensions().to_string(),
                ),
                ("OPENAI_CHAT_MODEL", openai.chat_model.clone()),
            ]),
        }
        if let Some(point) = fault_point {
            lines.push(("FAULT_POINT", point.to_string()));
        }
        lines
    }
}

fn on_or_off(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn masked(secrets: &[SecretString]) -> String {
    match secrets.len() {
        0 => "none".to_owned(),
        1 => "***".to_owned(),
        more => format!("*** ({more} of them; the first is the current one)"),
    }
}

/// What kind of key it is decides whether money is real.
fn key_kind(key: &SecretString) -> String {
    let text = key.expose_secret();
    let kinds = ["sk_live_", "sk_test_", "rk_live_", "rk_test_"];
    let kind = kinds.into_iter().find(|kind| text.starts_with(kind));
    format!("{}***", kind.unwrap_or_default())
}

fn shown(url: Option<&str>) -> String {
    url.map_or_else(|| "none".to_owned(), without_secrets)
}

/// An address without what may be a secret in it: the user's password, and the query but for what says
/// how an SQLite file is opened. One that can't be read isn't shown.
fn without_secrets(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let Ok(mut parsed) = Url::parse(url) else {
        return "***".to_owned();
    };
    let has_password = parsed.password().is_some();
    if has_password && parsed.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    if parsed.query().is_some() {
        parsed.set_query(Some("***"));
    }
    let text = parsed.to_string();
    // As it was written, where nothing had to be hidden.
    if text.trim_end_matches('/') == url {
        url.to_owned()
    } else {
        text
    }
}
