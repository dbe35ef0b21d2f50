//! A user's customer at Stripe: one at a time, made on first need by our own call.

use payments::CustomerRequest;
use persistence::payments::STRIPE;
use persistence::stripe_customers::{self, StripeCustomer};
use persistence::users::User;
use persistence::{Db, Scope, Tx, tutors, users, write};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Checkout, request_deletion};
use crate::ServiceError;
use crate::fault_points::{FaultPoint, reached};

/// The user's customer at Stripe, made on first need. Two calls at once may make two there; one is
/// kept, and nothing is ever charged to the other.
pub(super) async fn ensure_customer(
    db: &Db,
    scope: &Scope,
    checkout: &Checkout,
    user_id: Uuid,
) -> Result<StripeCustomer, ServiceError> {
    if let Some(customer) = stripe_customers::find_of_user(db, user_id).await? {
        return Ok(customer);
    }
    let user = users::find(db, user_id)
        .await?
        .ok_or(ServiceError::Unauthenticated)?;
    let request = customer_request(&user);
    let former = stripe_customers::count_of_user(db, user_id).await?;
    let key = customer_key(&request, former);
    let customer_id = checkout.stripe.create_customer(&request, &key).await?;
    reached(FaultPoint::CheckoutCustomerMade).await;
    write(db, scope, async |tx| {
        keep_customer(tx, user_id, &customer_id).await
    })
    .await
}

fn customer_request(user: &User) -> CustomerRequest {
    CustomerRequest {
        user_id: user.id,
        email: user.email.clone(),
        name: format!("{} {}", user.first_name, user.last_name),
    }
}

/// Another name or e-mail is another request, and needs another key; so does the successor of a
/// customer that is gone, or the provider would give that one again for a day.
fn customer_key(request: &CustomerRequest, former: u64) -> String {
    let mut hash = Sha256::new();
    for part in [request.email.as_bytes(), b"\0", request.name.as_bytes()] {
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let short: String = hex::encode(digest).chars().take(16).collect();
    format!("customer:{}:{former}:{short}", request.user_id)
}

/// Keeps a customer unless the user has one, and mirrors it on the tutor's profile. That of somebody who
/// was erased while it was made is kept only to be deleted.
///
/// # Errors
/// [`ServiceError::Conflict`] if the customer is somebody else's.
pub async fn keep_customer(
    tx: &Tx,
    user_id: Uuid,
    customer_id: &str,
) -> Result<StripeCustomer, ServiceError> {
    let customer = StripeCustomer {
        customer_id: customer_id.to_owned(),
        provider: STRIPE.to_owned(),
        user_id,
        created_at: tx.now(),
        deleted_at: None,
    };
    let is_live = users::keep_live(tx, user_id).await?;
    stripe_customers::insert_unless_there(tx, customer).await?;
    if !is_live {
        request_deletion(tx, user_id).await?;
    }
    let kept = stripe_customers::find_of_user(tx, user_id)
        .await?
        .ok_or(ServiceError::Conflict)?;
    if let Some(profile) = tutors::find_by_user(tx, user_id).await?
        && profile.stripe_customer_id.as_deref() != Some(&kept.customer_id)
        && let Some(mut profile) = tutors::lock(tx, profile.id).await?
    {
        profile.stripe_customer_id = Some(kept.customer_id.clone());
        tutors::update(tx, profile).await?;
    }
    Ok(kept)
}

/// Forgets the user's customer, as if the provider had deleted it: the next checkout makes a new
/// one. What was paid by it stays.
///
/// # Errors
/// The database failed.
pub async fn forget_customer(
    tx: &Tx,
    user_id: Uuid,
    customer_id: &str,
) -> Result<(), ServiceError> {
    stripe_customers::mark_deleted(tx, customer_id).await?;
    if let Some(found) = tutors::find_by_user(tx, user_id).await?
        && found.stripe_customer_id.as_deref() == Some(customer_id)
        && let Some(mut profile) = tutors::lock(tx, found.id).await?
    {
        profile.stripe_customer_id = None;
        tutors::update(tx, profile).await?;
    }
    Ok(())
}
