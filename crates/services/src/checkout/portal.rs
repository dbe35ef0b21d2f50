//! The page where somebody sees and ends their subscriptions, at Stripe.

use persistence::{Db, Scope, stripe_customers, write};
use uuid::Uuid;

use super::{Checkout, forget_customer, is_missing};
use crate::ServiceError;

/// Opens the billing portal for a user.
///
/// # Errors
/// [`ServiceError::NotFound`] for somebody who never came to a checkout, or whose customer is gone;
/// [`ServiceError::Provider`] if Stripe fails.
pub async fn open_portal(
    db: &Db,
    scope: &Scope,
    checkout: &Checkout,
    user_id: Uuid,
) -> Result<String, ServiceError> {
    let customer = stripe_customers::find_of_user(db, user_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let return_url = format!("{}/payments", checkout.frontend_url);
    let gone = &customer.customer_id;
    match checkout.stripe.open_portal(gone, &return_url).await {
        Err(error) if is_missing(&error) => {
            write(db, scope, async |tx| {
                forget_customer(tx, user_id, gone).await
            })
            .await?;
            Err(ServiceError::NotFound)
        }
        opened => Ok(opened?),
    }
}
