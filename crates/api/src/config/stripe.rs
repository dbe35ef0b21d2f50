//! Which Stripe to talk to.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::reader::Reader;

/// Shorter is no secret.
const MIN_BYTES: usize = 16;

/// Which Stripe to talk to, and how.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// The offline fake, started with the server; with DEBUG only.
    pub fake: bool,
    pub secret_key: SecretString,
    /// What front ends open Stripe's pages with; no secret, and nothing here needs it.
    pub publishable_key: Option<String>,
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
        let mut secret_key = env.secret("STRIPE_SECRET_KEY");
        let mut webhook_secrets = env.secrets("STRIPE_WEBHOOK_SECRET");
        if fake {
            secret_key.get_or_insert_with(|| "sk_test_offline".into());
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
        if !debug {
            refuse_weak(env, secret_key.as_ref(), &webhook_secrets);
        }
        let publishable_key = publishable_key(env);
        let api_base = env.provider("STRIPE_API_BASE", None);
        Self {
            fake,
            secret_key: secret_key.unwrap_or_default(),
            publishable_key,
            webhook_secrets,
            api_base,
        }
    }
}

/// It is shown and given away, so a secret in its place would be too.
fn publishable_key(env: &mut Reader<'_>) -> Option<String> {
    let key = env.text("STRIPE_PUBLISHABLE_KEY")?;
    let has_form = key.starts_with("pk_live_") || key.starts_with("pk_test_");
    if !has_form {
        env.fault(
            "STRIPE_PUBLISHABLE_KEY: is none; it begins with pk_live_ or pk_test_, and no secret may stand here",
        );
    }
    has_form.then_some(key)
}

/// What Stripe makes is longer, and says what it is.
fn refuse_weak(env: &mut Reader<'_>, key: Option<&SecretString>, webhook: &[SecretString]) {
    let key_kinds = ["sk_live_", "sk_test_", "rk_live_", "rk_test_"];
    let is_secret = |secret: &SecretString, kinds: &[&str]| {
        let text = secret.expose_secret();
        text.len() >= MIN_BYTES && kinds.iter().any(|kind| text.starts_with(kind))
    };
    if key.is_some_and(|key| !is_secret(key, &key_kinds)) {
        env.fault(
            "STRIPE_SECRET_KEY: is none; it begins with sk_live_, sk_test_, rk_live_ or rk_test_",
        );
    }
    if webhook.iter().any(|secret| !is_secret(secret, &["whsec_"])) {
        env.fault(
            "STRIPE_WEBHOOK_SECRET: is none; it begins with whsec_, and no short one is safe",
        );
    }
}
