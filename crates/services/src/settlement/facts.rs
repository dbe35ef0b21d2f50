//! All facts of one root, read under its lock.

use std::collections::BTreeMap;

use domain::stripe_facts::{Fact, Facts, Names};
use persistence::payments::{self as rows, Payment};
use persistence::{Reader, stripe_facts};
use uuid::Uuid;

use super::names_of;
use crate::ServiceError;

/// Everything that is known of some payments, with what leads to facts that nothing of theirs names
/// yet.
pub(super) struct Known {
    facts: BTreeMap<String, Fact>,
    /// Whose each session is, where its id says so.
    owners: BTreeMap<String, Uuid>,
}

impl Known {
    pub(super) async fn read(
        reader: &impl Reader,
        payments: &[Payment],
        extra: &Names,
    ) -> Result<Self, ServiceError> {
        let mut names = names_of(payments);
        names.extend(extra.clone());
        let connected = stripe_facts::connected(reader, &names).await?;
        let mut owners = owners_among(payments);
        let unknown: Names = Names {
            sessions: connected
                .names
                .sessions
                .into_iter()
                .filter(|id| !owners.contains_key(id))
                .collect(),
            ..Names::default()
        };
        if !unknown.is_empty() {
            owners.extend(owners_among(&rows::list_named(reader, &unknown).await?));
        }
        Ok(Self {
            facts: connected.facts,
            owners,
        })
    }

    /// Whether an event connects what no other event connects.
    pub(super) fn is_link(&self, event_id: &str) -> bool {
        let Some(names) = self.facts.get(event_id).map(Fact::names) else {
            return false;
        };
        let others = self.facts.iter().filter(|(id, _)| *id != event_id);
        names.count() > 1
            && !others
                .map(|(_, fact)| fact.names())
                .any(|known| names.beyond(&known).is_empty())
    }

    /// The facts without the sessions that are known to be others': metadata, which anyone can
    /// write on a payment link, claims for a payment only a session that nothing else knows.
    pub(super) fn of(&self, is_ours: impl Fn(Uuid) -> bool) -> Facts {
        let is_foreign = |fact: &Fact| match fact {
            Fact::Session(session) => self
                .owners
                .get(&session.session_id)
                .is_some_and(|owner| !is_ours(*owner)),
            _ => false,
        };
        let ours = self.facts.values().filter(|fact| !is_foreign(fact));
        ours.cloned().collect()
    }
}

fn owners_among(payments: &[Payment]) -> BTreeMap<String, Uuid> {
    payments
        .iter()
        .filter(|payment| payment.first_payment_id.is_none())
        .filter_map(|payment| Some((payment.provider_ref.clone()?, payment.id)))
        .collect()
}
