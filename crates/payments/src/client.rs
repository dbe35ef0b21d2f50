//! The connection to Stripe: configuration, and how a request is sent.
//!
//! Two calls with one idempotency key must ask for the same thing, which Stripe checks. Our rule
//! is stricter, byte for byte. The generated requests keep metadata in a `HashMap`, whose order
//! differs from one map to the next, so the pairs of every form are sorted before they are sent.
//! Source: <https://docs.stripe.com/api/idempotent_requests>.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeRequest};
use url::Url;

use crate::error::ProviderError;
use crate::retry::{Patience, with_retries};

/// How to reach Stripe.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// `sk_…` or `rk_…`.
    pub secret_key: SecretString,
    /// For a proxy or a fake; the real API if absent.
    pub api_base: Option<Url>,
    /// For one call; the tries together never take longer than 8 s.
    pub call_timeout: Duration,
}

/// Why the configuration can't be used. Shows nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StripeConfigError {
    #[error("the secret key is empty or not visible ASCII")]
    SecretKey,
    #[error("the API base is not an http or https address")]
    ApiBase,
}

/// Stripe's API, as far as we call it. Cheap to clone.
///
/// `main` must have installed rustls' crypto provider before:
/// `rustls::crypto::aws_lc_rs::default_provider().install_default()`.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    patience: Patience,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stripe").finish_non_exhaustive()
    }
}

impl Stripe {
    /// # Errors
    /// A key that can't be sent in a header, or an address that isn't HTTP's.
    pub fn new(config: &StripeConfig) -> Result<Self, StripeConfigError> {
        let secret_key = config.secret_key.expose_secret();
        if !is_visible_ascii(secret_key) {
            return Err(StripeConfigError::SecretKey);
        }
        let mut builder = ClientBuilder::new(secret_key);
        if let Some(api_base) = &config.api_base {
            builder = builder.url(base_with_slash(api_base)?);
        }
        let client = builder.build().map_err(|_| StripeConfigError::ApiBase)?;
        Ok(Self {
            client,
            patience: Patience::with_call_timeout(config.call_timeout),
        })
    }

    /// # Errors
    /// See [`ProviderError`].
    pub(crate) async fn send<R>(
        &self,
        operation: &'static str,
        request: &R,
        strategy: RequestStrategy,
    ) -> Result<R::Output, ProviderError>
    where
        R: StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        with_retries(operation, &self.patience, || {
            let mut sorted = request.build();
            sorted.body = sorted.body.map(sorted_form);
            let call = sorted
                .customize::<R::Output>()
                .request_strategy(strategy.clone());
            async move { call.send(&self.client).await }
        })
        .await
    }
}

/// Sends once per try with our key: the retries are ours alone.
///
/// # Errors
/// A key that is empty, longer than 255 or not visible ASCII, which can't be sent.
pub(crate) fn idempotent(key: &str) -> Result<RequestStrategy, ProviderError> {
    IdempotencyKey::new(key)
        .ok()
        .filter(|_| is_visible_ascii(key))
        .map(RequestStrategy::Idempotent)
        .ok_or_else(|| ProviderError::Refused {
            status: 400,
            code: Some("invalid_idempotency_key".to_owned()),
        })
}

fn is_visible_ascii(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The client glues `v1/…` to the base as it is.
fn base_with_slash(api_base: &Url) -> Result<String, StripeConfigError> {
    if !matches!(api_base.scheme(), "http" | "https") {
        return Err(StripeConfigError::ApiBase);
    }
    let mut base = api_base.clone();
    base.set_query(None);
    base.set_fragment(None);
    let mut base = String::from(base);
    if !base.ends_with('/') {
        base.push('/');
    }
    Ok(base)
}

/// The same form with its pairs in order. Names and values are percent-encoded, so `&` only
/// separates, and lists carry their index in the name.
fn sorted_form(form: String) -> String {
    let mut pairs: Vec<&str> = form.split('&').collect();
    pairs.sort_unstable();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(secret_key: &str, api_base: Option<&str>) -> StripeConfig {
        StripeConfig {
            secret_key: secret_key.into(),
            api_base: api_base.map(|base| Url::parse(base).unwrap()),
            call_timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_without_being_shown() {
        for key in ["", " ", "sk_test_1\n", "sk_тест"] {
            let refused = Stripe::new(&config(key, None)).map(|_| ());
            assert_eq!(refused, Err(StripeConfigError::SecretKey));
        }
        let shown = format!("{:?}", config("sk_test_secret", None));
        assert!(!shown.contains("sk_test_secret"));
    }

    #[test]
    fn an_api_base_ends_in_a_slash_and_speaks_http() {
        let base = |text| base_with_slash(&Url::parse(text).unwrap());
        assert_eq!(base("http://[::1]:1").unwrap(), "http://[::1]:1/");
        assert_eq!(
            base("https://proxy/stripe?a#b").unwrap(),
            "https://proxy/stripe/"
        );
        assert_eq!(base("ftp://proxy/"), Err(StripeConfigError::ApiBase));
    }

    #[test]
    fn a_form_does_not_depend_on_the_order_of_its_pairs() {
        assert_eq!(sorted_form("b=2&a%5B1%5D=1".into()), "a%5B1%5D=1&b=2");
        assert_eq!(sorted_form(String::new()), "");
    }

    #[test]
    fn a_job_on_another_thread_may_call() {
        fn is_send<T: Send>(_: T) {}
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let stripe = Stripe::new(&config("sk_test_1", None)).unwrap();
        is_send(stripe.session("cs_1"));
        is_send(stripe.expire_session("cs_1", "k"));
        is_send(stripe.event("evt_1"));
        is_send(stripe);
    }

    #[test]
    fn an_idempotency_key_that_cannot_be_sent_is_refused() {
        for key in ["", "line\nbreak", "ключ", &"k".repeat(256)] {
            assert!(matches!(
                idempotent(key),
                Err(ProviderError::Refused { status: 400, .. })
            ));
        }
        assert!(idempotent("checkout:1").is_ok());
    }
}
