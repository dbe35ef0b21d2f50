//! A user's customer object at Stripe, which all their payments hang on.
//! Sources: <https://docs.stripe.com/api/customers/create>, <https://docs.stripe.com/api/customers/delete>.

use serde::{Deserialize, Serialize};
use stripe::RequestStrategy;
use stripe_core::customer::CreateCustomer;
use uuid::Uuid;

use crate::client::{Stripe, idempotent};
use crate::error::ProviderError;
use crate::raw::{Raw, path_id};

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
    /// Deletes a customer with what Stripe knows of the person, and ends their subscriptions. What
    /// they paid stays there, and can still be given back. One that is gone already stays so.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn delete_customer(&self, customer_id: &str) -> Result<(), ProviderError> {
        let Ok(id) = path_id(customer_id) else {
            // Not even an id: nobody has such a customer.
            return Ok(());
        };
        let delete = Raw::delete(format!("/customers/{id}"));
        let once = RequestStrategy::Once;
        match self.send("delete_customer", &delete, once).await {
            Err(ProviderError::Refused {
                code: Some(code), ..
            }) if code == "resource_missing" => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}
