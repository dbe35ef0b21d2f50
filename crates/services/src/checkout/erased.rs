//! The customer of somebody who is erased: it holds their name and e-mail at the provider, and goes too.

use persistence::{Actor, Scope, Tx, stripe_customers, users, write};
use uuid::Uuid;

use super::forget_customer;
use crate::jobs::{self, Job};
use crate::{ServiceError, Tools};

/// Requests the deletion of the customer of somebody who is erased, if they have one.
pub(crate) async fn request_deletion(tx: &Tx, user_id: Uuid) -> Result<(), ServiceError> {
    match stripe_customers::find_of_user(tx, user_id).await? {
        Some(_) => jobs::enqueue(tx, &Job::DeleteCustomer { user_id }).await,
        None => Ok(()),
    }
}

/// Deletes the customer at the provider. Its id stays beside what was paid by it: a refund or a dispute
/// that comes later names it, and is of another customer otherwise.
pub(crate) async fn delete_customer_of_erased(
    tools: Tools<'_>,
    user_id: Uuid,
) -> Result<(), ServiceError> {
    let Tools {
        db, clock, stripe, ..
    } = tools;
    let is_live = users::find(db, user_id).await?.is_some();
    let customer = stripe_customers::find_of_user(db, user_id).await?;
    let Some(customer) = customer.filter(|_| !is_live) else {
        return Ok(());
    };
    stripe.delete_customer(&customer.customer_id).await?;
    let scope = Scope::new(clock.now(), Actor::Job);
    write(db, &scope, async |tx| {
        stripe_customers::lock_of_user(tx, user_id).await?;
        forget_customer(tx, user_id, &customer.customer_id).await
    })
    .await
}
