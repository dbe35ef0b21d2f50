//! How a call to Stripe can fail, told apart by what the caller can do about it.

use std::time::Duration;

/// Why a call brought nothing. Carries neither the secret key nor any part of a body.
/// Source: <https://docs.stripe.com/error-low-level>.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Not reached, not answered in time, overloaded, or answered unreadably, after all tries.
    /// The call may have taken effect: it is to be repeated with the same idempotency key.
    #[error("Stripe is unavailable, try again in {} s", retry_after.as_secs())]
    Unavailable {
        /// When another try is worth it.
        retry_after: Duration,
    },
    /// Stripe understood and said no: our bug, or a wrong key. Repeating it changes nothing.
    #[error("Stripe refused with status {status}, code {}", code.as_deref().unwrap_or("unknown"))]
    Refused {
        /// HTTP status; 400 where the client refused to send the request at all.
        status: u16,
        /// Stripe's error code, or its error type where there is no code.
        code: Option<String>,
    },
}

impl ProviderError {
    /// Stripe's `Retry-After` does not survive `async-stripe`, so the wait is ours.
    pub(crate) const UNAVAILABLE: Self = Self::Unavailable {
        retry_after: Duration::from_secs(5),
    };
}
