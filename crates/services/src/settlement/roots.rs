//! Whose a fact is.

use std::collections::BTreeSet;

use domain::payment::PaymentType;
use domain::stripe_facts::{Fact, Names};
use persistence::payments::{self as rows, Payment};
use persistence::{Tx, stripe_facts, tutors};

use super::Root;
use crate::ServiceError;

/// What a fact leads to.
pub(super) struct Whose {
    /// None: whose it is isn't known yet.
    pub(super) roots: BTreeSet<Root>,
    pub(super) names: Names,
    /// Whether it leads to a payment, and not only to a customer who may buy other things.
    pub(super) is_ours: bool,
}

/// Follows what the fact names to payments of ours; from fact to fact, if it names none itself.
pub(super) async fn whose(tx: &Tx, fact: &Fact) -> Result<Whose, ServiceError> {
    let mut names = fact.names();
    let mut roots = roots_named(tx, &names).await?;
    if roots.is_empty() {
        names = stripe_facts::connected(tx, &names).await?.names;
        roots = roots_named(tx, &names).await?;
    }
    let is_ours = !roots.is_empty();
    if roots.is_empty()
        && let Some(customer) = fact.customer_id()
        && let Some(profile) = tutors::find_by_stripe_customer(tx, customer).await?
    {
        roots.insert(Root::Premium(profile.id));
    }
    Ok(Whose {
        roots,
        names,
        is_ours,
    })
}

async fn roots_named(tx: &Tx, names: &Names) -> Result<BTreeSet<Root>, ServiceError> {
    let found = rows::list_named(tx, names).await?;
    Ok(found.iter().filter_map(root_of).collect())
}

fn root_of(payment: &Payment) -> Option<Root> {
    match *payment.kind {
        PaymentType::Premium => payment.tutor_id.map(Root::Premium),
        PaymentType::Booking => payment.booking_id.map(Root::Booking),
    }
}
