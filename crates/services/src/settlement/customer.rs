//! Customers that are gone at Stripe.

use domain::settlement::{Judgment, ParkReason};
use domain::stripe_facts::CustomerFact;
use persistence::{Tx, stripe_customers};

use crate::ServiceError;
use crate::checkout::forget_customer;

/// The next checkout of its user makes a new one; what was paid by it stays.
pub(super) async fn settle(tx: &Tx, fact: &CustomerFact) -> Result<Judgment, ServiceError> {
    let Some(customer) = stripe_customers::find(tx, &fact.customer_id).await? else {
        let why = "the customer is not known to be ours";
        return Ok(Judgment::Parked(ParkReason::Waiting, why));
    };
    stripe_customers::lock_of_user(tx, customer.user_id).await?;
    forget_customer(tx, customer.user_id, &fact.customer_id).await?;
    Ok(Judgment::Applied)
}
