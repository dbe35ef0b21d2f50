//! Asking Stripe what has happened, for events that never arrived.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use payments::events::{self, Event};
use payments::{ProviderError, Stripe};
use persistence::reconciliations::{self, Reconciliation};
use persistence::webhook_events::{self, WebhookEvent};
use persistence::{Db, Scope, write};
use serde_json::Value;

use crate::webhooks::{self, Receipt};
use crate::{ServiceError, error_chain};

/// As long as Stripe keeps its events.
const KEPT: TimeDelta = TimeDelta::days(30);
/// What the last listing may have missed: an event's time is when it was made, to the second, by
/// another clock than ours.
const OVERLAP: TimeDelta = TimeDelta::hours(1);

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    pub since: DateTime<Utc>,
    pub listed: usize,
    /// How many of them had never arrived, and have now been applied.
    pub missing: usize,
    /// How many payment intents were asked about, because nothing said which invoice they paid.
    pub asked: usize,
}

/// Lists what Stripe knows since the last time, or since `since`, and applies what never arrived,
/// oldest first.
///
/// # Errors
/// Stripe or the database failed: the next time begins at the same point again.
pub async fn reconcile(
    db: &Db,
    scope: &Scope,
    stripe: &Stripe,
    since: Option<DateTime<Utc>>,
) -> Result<Reconciled, ServiceError> {
    let last = reconciliations::find_last(db).await?;
    let unlisted_since = last.map_or(scope.now - KEPT, |last| last.listed_until - OVERLAP);
    let since = since.unwrap_or(unlisted_since);
    let mut reconciled = Reconciled {
        since,
        listed: 0,
        missing: 0,
        asked: 0,
    };
    let mut missing: Vec<Event> = Vec::new();
    for list in 0..payments::EVENT_LISTS {
        let mut after: Option<String> = None;
        loop {
            let page = stripe.list_events(list, since, after.as_deref()).await?;
            reconciled.listed += page.events.len();
            missing.extend(unknown_among(db, page.events).await?);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    // Each list is newest first, and there may be several.
    missing.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    let mut failed = None;
    for event in &missing {
        match webhooks::receive(db, scope, event).await {
            // It may have arrived while we were asking.
            Ok(Receipt::Duplicate) => {}
            Ok(_) => {
                reconciled.missing += 1;
                log::info!(event_id = event.id.as_str(), event_type = event.event_type.as_str(); "an event that never arrived was fetched");
            }
            // One that can't be settled must not keep the others waiting.
            Err(error) => failed = Some(error),
        }
    }
    reconciled.asked = ask_for_invoices(db, scope, stripe).await?;
    if let Some(error) = failed {
        return Err(error);
    }
    // What lies between the last listing and a later beginning is still to be listed.
    if since > unlisted_since {
        return Ok(reconciled);
    }
    write(db, scope, async |tx| {
        let row = Reconciliation {
            id: tx.new_id(),
            since,
            listed_until: tx.now(),
            listed: i64::try_from(reconciled.listed).unwrap_or(i64::MAX),
            missing: i64::try_from(reconciled.missing).unwrap_or(i64::MAX),
            at: tx.now(),
        };
        Ok::<_, ServiceError>(reconciliations::insert(tx, row).await?)
    })
    .await?;
    Ok(reconciled)
}

/// Those of some events that never arrived, as they can be read.
async fn unknown_among(db: &Db, listed: Vec<Value>) -> Result<Vec<Event>, ServiceError> {
    let events: Vec<Event> = listed.iter().filter_map(read).collect();
    let ids = events.iter().map(|event| event.id.clone()).collect();
    let known: BTreeSet<String> = webhook_events::list_known_among(db, ids).await?;
    Ok(events
        .into_iter()
        .filter(|event| !known.contains(&event.id))
        .collect())
}

fn read(event: &Value) -> Option<Event> {
    match events::read(event.to_string().as_bytes()) {
        Ok(event) => Some(event),
        Err(error) => {
            log::warn!("a listed event could not be read: {}", error_chain(&error));
            None
        }
    }
}

/// Refunds and disputes that wait because nothing says which invoice their payment intent paid: in
/// the newer shape only an invoice payment does, and its event may never have come.
async fn ask_for_invoices(db: &Db, scope: &Scope, stripe: &Stripe) -> Result<usize, ServiceError> {
    let waiting = webhook_events::list_waiting_intents(db).await?;
    for (payment_intent_id, livemode) in &waiting {
        let told = match stripe
            .invoice_payments_of(payment_intent_id, *livemode, scope.now)
            .await
        {
            // One that isn't at this account has paid none of our invoices.
            Err(ProviderError::Refused { status: 404, .. }) => Vec::new(),
            told => told?,
        };
        for event in told.iter().filter_map(read) {
            webhooks::receive(db, scope, &event).await?;
        }
    }
    Ok(waiting.len())
}

/// Settles an event once more, from what is stored of it, or fetches it from Stripe if it never
/// arrived.
///
/// # Errors
/// [`ServiceError::Provider`] if Stripe doesn't know it either, or the database failed.
pub async fn replay(
    db: &Db,
    scope: &Scope,
    stripe: &Stripe,
    event_id: &str,
) -> Result<Receipt, ServiceError> {
    let stored: Option<WebhookEvent> = webhook_events::find(db, event_id).await?;
    let payload = match stored {
        Some(row) => row.payload,
        None => stripe.event(event_id).await?,
    };
    let unreadable = ServiceError::Internal("the event can't be read");
    let event = read(&payload).ok_or(unreadable)?;
    webhooks::replay(db, scope, &event).await
}
