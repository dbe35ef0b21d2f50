//! Whose a fact is.

use std::collections::{BTreeMap, BTreeSet};

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
    facts: BTreeMap<String, Fact>,
}

impl Whose {
    /// Whether the fact connects what no other fact connects.
    pub(super) fn is_link(&self, fact: &Fact) -> bool {
        let names = fact.names();
        let others = self
            .facts
            .values()
            .filter(|other| other.stamp() != fact.stamp());
        names.count() > 1
            && !others
                .map(Fact::names)
                .any(|known| names.beyond(&known).is_empty())
    }
}

/// Follows what the fact names, from fact to fact, to payments of ours.
pub(super) async fn whose(tx: &Tx, fact: &Fact) -> Result<Whose, ServiceError> {
    let connected = stripe_facts::connected(tx, &fact.names()).await?;
    let found = rows::list_named(tx, &connected.names).await?;
    let mut roots: BTreeSet<Root> = found.iter().filter_map(root_of).collect();
    if roots.is_empty()
        && let Some(customer) = fact.customer_id()
        && let Some(profile) = tutors::find_by_stripe_customer(tx, customer).await?
    {
        roots.insert(Root::Premium(profile.id));
    }
    Ok(Whose {
        roots,
        names: connected.names,
        facts: connected.facts,
    })
}

fn root_of(payment: &Payment) -> Option<Root> {
    match *payment.kind {
        PaymentType::Premium => payment.tutor_id.map(Root::Premium),
        PaymentType::Booking => payment.booking_id.map(Root::Booking),
    }
}
