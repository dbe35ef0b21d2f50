//! What each event said, found again by any of Stripe's objects that it names.
//!
//! One row an event: the same thing told by two events is folded when facts are read (see
//! `domain::settlement`), so nothing is ever overwritten and no order of arrival is lost or kept.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::stripe_facts::{InvoiceFact, SessionFact, SubscriptionFact};
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use crate::{Json, Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stripe_facts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: String,
    pub kind: String,
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

/// All that is known of one root, by kind.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub sessions: Vec<SessionFact>,
    pub invoices: Vec<InvoiceFact>,
    pub subscriptions: Vec<SubscriptionFact>,
}

/// What leads to the facts of one root.
#[derive(Debug, Clone, Default)]
pub struct FactKeys {
    pub payment_ids: Vec<Uuid>,
    pub session_ids: Vec<String>,
    pub subscription_ids: Vec<String>,
    pub invoice_ids: Vec<String>,
}

fn claimed(id: Option<&String>) -> Option<Uuid> {
    id.and_then(|id| Uuid::parse_str(id).ok())
}

fn json(fact: &impl serde::Serialize) -> Result<Json, StoreError> {
    serde_json::to_value(fact).map_err(|e| StoreError::Corrupt(e.to_string()))
}

/// Adds a fact.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, row: StripeFact) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, row).await
}

/// The row of a session's fact.
///
/// # Errors
/// The fact can't be written as JSON.
pub fn session_row(fact: &SessionFact) -> Result<StripeFact, StoreError> {
    Ok(Model {
        event_id: fact.stamp.event_id.clone(),
        kind: "session".into(),
        session_id: Some(fact.session_id.clone()),
        subscription_id: fact.subscription_id.clone(),
        invoice_id: fact.invoice_id.clone(),
        payment_intent_id: fact.payment_intent_id.clone(),
        charge_id: None,
        customer_id: fact.customer_id.clone(),
        claimed_payment_id: claimed(fact.metadata.payment_id.as_ref()),
        created: fact.stamp.created,
        fact: json(fact)?,
    })
}

/// The row of a invoice's fact.
///
/// # Errors
/// The fact can't be written as JSON.
pub fn invoice_row(fact: &InvoiceFact) -> Result<StripeFact, StoreError> {
    Ok(Model {
        event_id: fact.stamp.event_id.clone(),
        kind: "invoice".into(),
        session_id: None,
        subscription_id: fact.subscription_id.clone(),
        invoice_id: Some(fact.invoice_id.clone()),
        payment_intent_id: fact.payment_intent_id.clone(),
        charge_id: fact.charge_id.clone(),
        customer_id: fact.customer_id.clone(),
        claimed_payment_id: claimed(fact.metadata_payment_id.as_ref()),
        created: fact.stamp.created,
        fact: json(fact)?,
    })
}

/// The row of a subscription's fact.
///
/// # Errors
/// The fact can't be written as JSON.
pub fn subscription_row(fact: &SubscriptionFact) -> Result<StripeFact, StoreError> {
    Ok(Model {
        event_id: fact.stamp.event_id.clone(),
        kind: "subscription".into(),
        session_id: None,
        subscription_id: Some(fact.subscription_id.clone()),
        invoice_id: None,
        payment_intent_id: None,
        charge_id: None,
        customer_id: fact.customer_id.clone(),
        claimed_payment_id: claimed(fact.metadata_payment_id.as_ref()),
        created: fact.stamp.created,
        fact: json(fact)?,
    })
}

/// The payments that facts about a subscription or an invoice claim to belong to.
///
/// # Errors
/// The database failed.
pub async fn list_claims(
    reader: &impl Reader,
    subscription_id: Option<&str>,
    invoice_id: Option<&str>,
) -> Result<Vec<(Option<Uuid>, Option<String>)>, StoreError> {
    use sea_orm::QuerySelect;
    let mut about = Condition::any();
    if let Some(id) = subscription_id {
        about = about.add(Column::SubscriptionId.eq(id));
    }
    if let Some(id) = invoice_id {
        about = about.add(Column::InvoiceId.eq(id));
    }
    if about.is_empty() {
        return Ok(Vec::new());
    }
    let claims = Entity::find()
        .select_only()
        .column(Column::ClaimedPaymentId)
        .column(Column::SessionId)
        .filter(about)
        .distinct()
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(claims)
}

/// Every fact that any of the keys leads to, and then every fact about the subscriptions and
/// invoices that those name.
///
/// # Errors
/// The database failed, or a stored fact can't be read.
pub async fn load(reader: &impl Reader, keys: &FactKeys) -> Result<Facts, StoreError> {
    let direct = Entity::find()
        .filter(
            Condition::any()
                .add(Column::ClaimedPaymentId.is_in(keys.payment_ids.iter().copied()))
                .add(Column::SessionId.is_in(keys.session_ids.iter()))
                .add(Column::SubscriptionId.is_in(keys.subscription_ids.iter()))
                .add(Column::InvoiceId.is_in(keys.invoice_ids.iter())),
        )
        .all(&reader.executor())
        .await?;
    let invoices = direct.iter().filter_map(|row| row.invoice_id.clone());
    let by_invoice = among(reader, Column::InvoiceId, invoices.collect()).await?;
    let named = direct.iter().chain(&by_invoice);
    let subscriptions = named.filter_map(|row| row.subscription_id.clone());
    let by_subscription = among(reader, Column::SubscriptionId, subscriptions.collect()).await?;
    let mut facts = Facts::default();
    let mut rows: Vec<Model> = direct
        .into_iter()
        .chain(by_invoice)
        .chain(by_subscription)
        .collect();
    rows.sort_by(|a, b| a.event_id.cmp(&b.event_id));
    rows.dedup_by(|a, b| a.event_id == b.event_id);
    for row in rows {
        match row.kind.as_str() {
            "session" => facts.sessions.push(parse(row)?),
            "invoice" => facts.invoices.push(parse(row)?),
            "subscription" => facts.subscriptions.push(parse(row)?),
            other => return Err(StoreError::Corrupt(format!("a fact of kind {other}"))),
        }
    }
    Ok(facts)
}

/// The facts that name any of the ids; a payment of a booking names none, and costs no query.
async fn among(
    reader: &impl Reader,
    column: Column,
    ids: BTreeSet<String>,
) -> Result<Vec<Model>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Entity::find()
        .filter(column.is_in(ids))
        .all(&reader.executor())
        .await?;
    Ok(rows)
}

fn parse<T: serde::de::DeserializeOwned>(row: Model) -> Result<T, StoreError> {
    serde_json::from_value(row.fact)
        .map_err(|e| StoreError::Corrupt(format!("the fact of {}: {e}", row.event_id)))
}
