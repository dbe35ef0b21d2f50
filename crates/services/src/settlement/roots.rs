//! Whose a fact is.

use std::collections::BTreeSet;

use domain::payment::PaymentType;
use payments::events::Fact;
use persistence::payments::{self as rows, Payment};
use persistence::{Tx, stripe_facts, tutors};
use uuid::Uuid;

use super::Root;
use crate::ServiceError;

/// The roots that a fact belongs to. None: whose it is isn't known yet.
pub(crate) async fn roots_of(tx: &Tx, fact: &Fact) -> Result<BTreeSet<Root>, ServiceError> {
    let mut found: Vec<Payment> = Vec::new();
    let (claim, session, subscription, invoice, customer) = match fact {
        Fact::Session(f) => (
            f.metadata.payment_id.as_deref(),
            Some(f.session_id.as_str()),
            f.subscription_id.as_deref(),
            f.invoice_id.as_deref(),
            f.customer_id.as_deref(),
        ),
        Fact::Invoice(f) => (
            f.metadata_payment_id.as_deref(),
            None,
            f.subscription_id.as_deref(),
            Some(f.invoice_id.as_str()),
            f.customer_id.as_deref(),
        ),
        Fact::Subscription(f) => (
            f.metadata_payment_id.as_deref(),
            None,
            Some(f.subscription_id.as_str()),
            None,
            f.customer_id.as_deref(),
        ),
    };
    let mut claims = stripe_facts::list_claims(tx, subscription, invoice).await?;
    claims.push((
        claim.and_then(|id| Uuid::parse_str(id).ok()),
        session.map(str::to_owned),
    ));
    for (payment_id, session_id) in claims {
        if let Some(payment_id) = payment_id {
            found.extend(rows::find(tx, payment_id).await?);
        }
        if let Some(session_id) = session_id {
            found.extend(rows::find_by_provider_ref(tx, &session_id).await?);
        }
    }
    if let Some(subscription) = subscription {
        found.extend(rows::list_of_subscription(tx, subscription).await?);
    }
    let mut roots: BTreeSet<Root> = found.iter().filter_map(root_of).collect();
    if roots.is_empty()
        && let Some(customer) = customer
        && let Some(profile) = tutors::find_by_stripe_customer(tx, customer).await?
    {
        roots.insert(Root::Premium(profile.id));
    }
    Ok(roots)
}

fn root_of(payment: &Payment) -> Option<Root> {
    match *payment.kind {
        PaymentType::Premium => payment.tutor_id.map(Root::Premium),
        PaymentType::Booking => payment.booking_id.map(Root::Booking),
    }
}
