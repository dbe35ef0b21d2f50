//! Which Stripe to talk to.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::reader::Reader;

/// Which Stripe to talk to, and how.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// The offline fake, started with the server; with DEBUG only.
    pub fake: bool,
    pub secret_key: SecretString,
    pub webhook_secrets: Vec<SecretString>,
    pub api_base: Option<Url>,
}

impl StripeSettings {
    /// Whether the key is for real money: then only events about real money count.
    #[must_use]
    pub fn livemode(&self) -> bool {
        let key = self.secret_key.expose_secret();
        key.starts_with("sk_live_") || key.starts_with("rk_live_")
    }

    pub(super) fn from_env(env: &mut Reader<'_>, debug: bool) -> Self {
        let fake = match env.text("STRIPE").as_deref() {
            None | Some("live") => false,
            Some("fake") => true,
            Some(_) => {
                env.fault("STRIPE: must be live or fake");
                false
            }
        };
        if fake && !debug {
            env.fault("STRIPE: the fake takes no money, so it needs DEBUG=true");
        }
        let mut secret_key = env.text("STRIPE_SECRET_KEY");
        let mut webhook_secrets = env.secrets("STRIPE_WEBHOOK_SECRET");
        if fake {
            secret_key.get_or_insert_with(|| "sk_test_offline".to_owned());
            if webhook_secrets.is_empty() {
                let random = hex::encode(rand::random::<[u8; 24]>());
                webhook_secrets.push(format!("whsec_{random}").into());
            }
        }
        if secret_key.is_none() {
            env.fault("STRIPE_SECRET_KEY: is missing; with DEBUG=true, STRIPE=fake needs none");
        }
        if webhook_secrets.is_empty() {
            env.fault("STRIPE_WEBHOOK_SECRET: is missing; without it nobody could tell Stripe's events from a stranger's");
        }
        let api_base = env.text("STRIPE_API_BASE").and_then(|url| {
            let parsed = Url::parse(&url).ok();
            if parsed.is_none() {
                env.fault("STRIPE_API_BASE: must be an address such as https://proxy.example.org/");
            }
            parsed
        });
        Self {
            fake,
            secret_key: secret_key.unwrap_or_default().into(),
            webhook_secrets,
            api_base,
        }
    }
}
