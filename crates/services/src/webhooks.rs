//! Stripe's events: recorded once, turned into facts, settled in the same transaction.

use domain::payment::EventOutcome;
use domain::settlement::{Judgment, ParkReason};
use payments::events::{Event, Fact};
use persistence::stripe_facts::{self, FactKeys, StripeFact};
use persistence::webhook_events::{self, Verdict, WebhookEvent};
use persistence::{Db, Scope, Stamp, Stored, Tx, write};

use crate::settlement::{self, Judgments};
use crate::{ServiceError, error_chain};

/// How many waiting events are asked for at once.
const BATCH: u64 = 100;

domain::text_enum! {
    /// What Stripe is answered.
    Receipt {
        Applied = "applied",
        Duplicate = "duplicate",
        Stale = "stale",
        Ignored = "ignored",
        Parked = "parked",
    }
}

impl From<EventOutcome> for Receipt {
    fn from(outcome: EventOutcome) -> Self {
        match outcome {
            EventOutcome::Applied => Self::Applied,
            EventOutcome::Stale => Self::Stale,
            EventOutcome::Ignored => Self::Ignored,
            EventOutcome::Parked => Self::Parked,
        }
    }
}

/// Receives a verified event. A failure leaves nothing behind but a note for the operator, so that
/// Stripe's next try finds the event new.
///
/// # Errors
/// The database failed: answered with a 5xx, so that Stripe tries again.
pub async fn receive(db: &Db, scope: &Scope, event: &Event) -> Result<Receipt, ServiceError> {
    let received = receive_and_heal(db, scope, event).await;
    if let Err(error) = &received {
        let cause = error_chain(error);
        let noted =
            webhook_events::note_failure(db, &event.id, &event.event_type, &cause, scope.now).await;
        if let Err(error) = noted {
            log::warn!(event_id = event.id.as_str(); "a failed delivery could not be noted: {error}");
        }
    }
    received
}

async fn receive_and_heal(db: &Db, scope: &Scope, event: &Event) -> Result<Receipt, ServiceError> {
    let recorded = write(db, scope, async |tx| record_and_settle(tx, event).await).await?;
    let (Recorded::Settled(first), Some(fact)) = (recorded, &event.fact) else {
        return Ok(recorded.receipt());
    };
    alert(&event.id, first);
    // Of two parallel transactions each saw only its own facts: now that this one is committed,
    // whichever looks last sees both.
    let verdict = write(db, scope, async |tx| {
        settle_event(tx, &event.id, fact).await
    })
    .await?;
    if verdict != first {
        alert(&event.id, verdict);
    }
    Ok(verdict.outcome.into())
}

/// What the record of an event came to.
#[derive(Clone, Copy)]
enum Recorded {
    Known,
    WithoutFact,
    Settled(Verdict),
}

impl Recorded {
    fn receipt(self) -> Receipt {
        match self {
            Self::Known => Receipt::Duplicate,
            Self::WithoutFact => Receipt::Ignored,
            Self::Settled(verdict) => verdict.outcome.into(),
        }
    }
}

/// Calls a person to an event that won't heal itself; only once that is committed.
fn alert(event_id: &str, verdict: Verdict) {
    if let Some(reason) = verdict.reason
        && reason != ParkReason::Waiting
    {
        log::error!(event_id, reason = domain::text_enum::TextEnum::as_str(reason); "an event is parked and needs a person");
    }
}

/// Records an event and settles what it is about, in the caller's transaction.
///
/// # Errors
/// The database failed.
pub async fn record(tx: &Tx, event: &Event) -> Result<Receipt, ServiceError> {
    Ok(record_and_settle(tx, event).await?.receipt())
}

async fn record_and_settle(tx: &Tx, event: &Event) -> Result<Recorded, ServiceError> {
    if !webhook_events::insert_unless_known(tx, new_event(tx.stamp(), event)).await? {
        return Ok(Recorded::Known);
    }
    let Some(fact) = &event.fact else {
        return Ok(Recorded::WithoutFact);
    };
    stripe_facts::insert(tx, fact_row(fact)?).await?;
    Ok(Recorded::Settled(settle_event(tx, &event.id, fact).await?))
}

/// An event's row, before anything has come of it.
#[must_use]
pub fn new_event(stamp: Stamp, event: &Event) -> WebhookEvent {
    WebhookEvent {
        id: stamp.id,
        event_id: event.id.clone(),
        event_type: event.event_type.clone(),
        api_version: event.api_version.clone(),
        created: event.created,
        livemode: event.livemode,
        payload: event.payload.clone(),
        outcome: Stored(EventOutcome::Ignored),
        reason: None,
        explanation: Some("this type is not handled".into()),
        received_at: stamp.at,
        processed_at: stamp.at,
        resolved_at: None,
        seed_run_id: stamp.seed_run_id,
    }
}

/// The row of what an event says.
///
/// # Errors
/// It can't be written as JSON.
pub fn fact_row(fact: &Fact) -> Result<StripeFact, ServiceError> {
    let row = match fact {
        Fact::Session(fact) => stripe_facts::session_row(fact),
        Fact::Invoice(fact) => stripe_facts::invoice_row(fact),
        Fact::Subscription(fact) => stripe_facts::subscription_row(fact),
    };
    Ok(row?)
}

async fn settle_event(tx: &Tx, event_id: &str, fact: &Fact) -> Result<Verdict, ServiceError> {
    let extra = keys_of(fact);
    let mut judgments = Judgments::new();
    for root in settlement::roots_of(tx, fact).await? {
        for (event_id, judgment) in settlement::settle(tx, root, &extra).await? {
            let known = judgments.entry(event_id).or_insert(judgment);
            // What counted for one root counted.
            if matches!(judgment, Judgment::Applied | Judgment::Stale) {
                *known = judgment;
            }
        }
    }
    settlement::write_verdicts(tx, event_id, &judgments).await
}

fn keys_of(fact: &Fact) -> FactKeys {
    let (session, subscription, invoice) = match fact {
        Fact::Session(f) => (
            Some(&f.session_id),
            f.subscription_id.as_ref(),
            f.invoice_id.as_ref(),
        ),
        Fact::Invoice(f) => (None, f.subscription_id.as_ref(), Some(&f.invoice_id)),
        Fact::Subscription(f) => (None, Some(&f.subscription_id), None),
    };
    FactKeys {
        payment_ids: Vec::new(),
        session_ids: session.cloned().into_iter().collect(),
        subscription_ids: subscription.cloned().into_iter().collect(),
        invoice_ids: invoice.cloned().into_iter().collect(),
    }
}

/// Settles again what waits for a missing piece; tells how many events no longer wait. One that
/// fails is left for the next time.
///
/// # Errors
/// The events could not be listed.
pub async fn settle_waiting(db: &Db, scope: &Scope) -> Result<usize, ServiceError> {
    let mut healed = 0;
    let mut last = None;
    loop {
        let batch = webhook_events::list_waiting(db, last, BATCH).await?;
        let Some(end) = batch.last() else {
            return Ok(healed);
        };
        last = Some((end.received_at, end.id));
        for row in &batch {
            match settle_again(db, scope, row).await {
                Ok(receipt) => healed += usize::from(receipt != Receipt::Parked),
                // One that can't be settled must not keep the others waiting.
                Err(error) => {
                    let cause = error_chain(&error);
                    log::warn!(event_id = row.event_id.as_str(); "a waiting event was not settled: {cause}");
                }
            }
        }
    }
}

async fn settle_again(db: &Db, scope: &Scope, row: &WebhookEvent) -> Result<Receipt, ServiceError> {
    let body = row.payload.to_string();
    let Ok(Event {
        fact: Some(fact), ..
    }) = payments::events::read(body.as_bytes())
    else {
        return Ok(Receipt::Parked);
    };
    let verdict = write(db, scope, async |tx| {
        settle_event(tx, &row.event_id, &fact).await
    })
    .await?;
    alert(&row.event_id, verdict);
    Ok(verdict.outcome.into())
}
