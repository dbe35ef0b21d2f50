//! The page where a customer sees and ends their subscriptions.
//! Source: <https://docs.stripe.com/api/customer_portal/sessions>.

use stripe::RequestStrategy;

use crate::client::Stripe;
use crate::error::ProviderError;
use crate::events::fields;
use crate::raw::{Raw, json};

impl Stripe {
    /// Opens the billing portal for a customer, and gives its address, which is good for minutes.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn open_portal(
        &self,
        customer_id: &str,
        return_url: &str,
    ) -> Result<String, ProviderError> {
        let open = Raw::post("/billing_portal/sessions")
            .with("customer", customer_id)
            .with("return_url", return_url);
        let answer = self
            .send("open_portal", &open, RequestStrategy::Once)
            .await?;
        fields::text(&json(&answer)?, "/url").ok_or(ProviderError::UNAVAILABLE)
    }
}
