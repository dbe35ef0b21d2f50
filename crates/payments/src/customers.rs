//! A user's customer object at Stripe, which all their payments hang on.
//! Source: <https://docs.stripe.com/api/customers/create>.

use serde::{Deserialize, Serialize};
use stripe_core::customer::CreateCustomer;
use uuid::Uuid;

use crate::client::{Stripe, idempotent};
use crate::error::ProviderError;

/// Who the customer is. It must be the same on every try with one idempotency key, so keep it
/// beside the key: a user may change their name meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRequest {
    /// Written into the customer's metadata.
    pub user_id: Uuid,
    pub email: String,
    pub name: String,
}

impl Stripe {
    /// Makes a customer and gives its id, `cus_…`.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn create_customer(
        &self,
        request: &CustomerRequest,
        idempotency_key: &str,
    ) -> Result<String, ProviderError> {
        let create = CreateCustomer::new()
            .email(request.email.as_str())
            .name(request.name.as_str())
            .metadata([("user_id".to_owned(), request.user_id.to_string())]);
        let strategy = idempotent(idempotency_key)?;
        let customer = self.send("create_customer", &create, strategy).await?;
        Ok(customer.id.to_string())
    }
}
