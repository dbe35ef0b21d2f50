//! What each event said, found again by any of Stripe's objects that it names.
//!
//! One row an event: the same thing told by two events is folded when facts are read (see
//! `domain::settlement`), so nothing is ever overwritten and no order of arrival is lost or kept.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::stripe_facts::{Fact, FactKind, Names};
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use crate::{Json, Reader, StoreError, Stored, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stripe_facts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: String,
    pub kind: Stored<FactKind>,
    pub session_id: Option<String>,
    pub subscription_id: Option<String>,
    pub invoice_id: Option<String>,
    pub payment_intent_id: Option<String>,
    pub charge_id: Option<String>,
    pub customer_id: Option<String>,
    pub claimed_payment_id: Option<Uuid>,
    pub created: DateTime<Utc>,
    #[sea_orm(column_type = "JsonBinary")]
    pub fact: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as StripeFact;

impl Model {
    /// The row of a fact.
    ///
    /// # Errors
    /// The fact can't be written as JSON.
    pub fn of(fact: &Fact) -> Result<Self, StoreError> {
        let names = fact.names();
        let json = fact.to_json();
        Ok(Self {
            event_id: fact.stamp().event_id.clone(),
            kind: Stored(fact.kind()),
            session_id: names.sessions.into_iter().next(),
            subscription_id: names.subscriptions.into_iter().next(),
            invoice_id: names.invoices.into_iter().next(),
            payment_intent_id: names.payment_intents.into_iter().next(),
            charge_id: names.charges.into_iter().next(),
            customer_id: fact.customer_id().map(str::to_owned),
            claimed_payment_id: names.payments.into_iter().next(),
            created: fact.stamp().created,
            fact: json.map_err(|e| StoreError::Corrupt(e.to_string()))?,
        })
    }

    fn read(self) -> Result<Fact, StoreError> {
        Fact::from_json(*self.kind, self.fact)
            .map_err(|e| StoreError::Corrupt(format!("the fact of {}: {e}", self.event_id)))
    }
}

/// Adds a fact.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, row: StripeFact) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, row).await
}

/// Facts that lead to each other, and everything that they name.
#[derive(Debug, Default)]
pub struct Connected {
    /// By event.
    pub facts: BTreeMap<String, Fact>,
    pub names: Names,
}

/// Every fact that names one of the objects, every fact that names what those name, and so on.
///
/// # Errors
/// The database failed, or a stored fact can't be read.
pub async fn connected(reader: &impl Reader, names: &Names) -> Result<Connected, StoreError> {
    let mut found = Connected {
        names: names.clone(),
        ..Connected::default()
    };
    let mut unseen = names.clone();
    while !unseen.is_empty() {
        let mut named = Names::default();
        for row in naming_any(reader, &unseen).await? {
            if !found.facts.contains_key(&row.event_id) {
                let event_id = row.event_id.clone();
                let fact = row.read()?;
                named.extend(fact.names());
                found.facts.insert(event_id, fact);
            }
        }
        unseen = named.beyond(&found.names);
        found.names.extend(unseen.clone());
    }
    Ok(found)
}

async fn naming_any(reader: &impl Reader, names: &Names) -> Result<Vec<Model>, StoreError> {
    let by_text = [
        (Column::SessionId, &names.sessions),
        (Column::SubscriptionId, &names.subscriptions),
        (Column::InvoiceId, &names.invoices),
        (Column::PaymentIntentId, &names.payment_intents),
        (Column::ChargeId, &names.charges),
    ];
    let mut any = Condition::any();
    if !names.payments.is_empty() {
        any = any.add(Column::ClaimedPaymentId.is_in(names.payments.iter().copied()));
    }
    for (column, ids) in by_text {
        if !ids.is_empty() {
            any = any.add(column.is_in(ids.iter().cloned().collect::<BTreeSet<_>>()));
        }
    }
    Ok(Entity::find().filter(any).all(&reader.executor()).await?)
}

/// What an event said; `None` if it says nothing to us.
///
/// # Errors
/// The database failed, or the stored fact can't be read.
pub async fn find(reader: &impl Reader, event_id: &str) -> Result<Option<Fact>, StoreError> {
    let row = Entity::find_by_id(event_id).one(&reader.executor()).await?;
    row.map(Model::read).transpose()
}
