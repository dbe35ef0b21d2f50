//! What the fake is told when it starts, and how it delivers its events.

use std::{fmt, time::Duration};

/// The account that the fake plays, and where its webhook endpoint is.
#[derive(Clone)]
pub struct StripeFakeConfig {
    /// The only key it accepts, `sk_test_…`: <https://docs.stripe.com/keys>.
    pub secret_key: String,
    /// Where events are posted. The server behind it may start later than the fake.
    pub webhook_url: String,
    /// The endpoint's signing secret, used as it is, `whsec_` included:
    /// <https://docs.stripe.com/webhooks/signature>.
    pub webhook_secret: String,
    /// Where a browser reaches the fake, if not at its own address.
    pub public_base: Option<String>,
}

impl fmt::Debug for StripeFakeConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StripeFakeConfig")
            .field("webhook_url", &self.webhook_url)
            .field("public_base", &self.public_base)
            .finish_non_exhaustive()
    }
}

/// What happens to an event once it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DeliveryPolicy {
    /// Posted at once, and again with growing delays until the webhook answers 2xx.
    #[default]
    Automatic,
    /// Only recorded: a test delivers it itself, when and as often as it likes.
    Manual,
    /// Posted late, twice, out of order or never; what is posted is tried again as ever.
    Disorderly(Disorder),
}

/// How deliveries go wrong; by default not at all. The same seed gives the same disorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Disorder {
    pub seed: u64,
    /// How long the events of an action wait before the first is posted.
    pub delay: Duration,
    /// How often each is posted again after it was acknowledged.
    pub repeats: u32,
    /// Among how many neighbours of an action an event may change places; 0 and 1 leave the order.
    pub window: usize,
    /// Of a hundred events, so many are never posted.
    pub dropped_percent: u8,
}
