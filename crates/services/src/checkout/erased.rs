//! The customer of somebody who is erased: it holds their name and e-mail at the provider, and goes too.

use persistence::{Actor, Db, Scope, Tx, stripe_customers, users, write};
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

/// Requests the deletion of the customers of all who are erased and still have one: of those whom a
/// version erased that left them there, or whose deletion was given up. Tells how many they are.
///
/// # Errors
/// The database failed.
pub async fn request_deletions(db: &Db, scope: &Scope) -> Result<usize, ServiceError> {
    let erased = stripe_customers::list_erased(db).await?;
    for &user_id in &erased {
        write(db, scope, async |tx| request_deletion(tx, user_id).await).await?;
    }
    Ok(erased.len())
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
