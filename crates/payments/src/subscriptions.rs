//! Ending a subscription.
//! Source: <https://docs.stripe.com/api/subscriptions/cancel>.

use stripe::RequestStrategy;

use crate::client::Stripe;
use crate::error::ProviderError;
use crate::raw::{Raw, path_id};

impl Stripe {
    /// Ends a subscription at once. One that has ended already stays so.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn cancel_subscription(&self, subscription_id: &str) -> Result<(), ProviderError> {
        let cancel = Raw::delete(format!("/subscriptions/{}", path_id(subscription_id)?));
        let once = RequestStrategy::Once;
        match self.send("cancel_subscription", &cancel, once).await {
            Err(ProviderError::Refused {
                code: Some(code), ..
            }) if code == "resource_missing" => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}
