//! Stripe's events: recorded once, turned into facts, settled in the same transaction.

use domain::payment::EventOutcome;
use domain::settlement::ParkReason;
use payments::events::Event;
use persistence::stripe_facts::{self, StripeFact};
use persistence::webhook_events::{self, Verdict, WebhookEvent};
use persistence::{Db, Scope, Stamp, Stored, Tx, write};

use crate::settlement::{Settled, settle};
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
    alert(&event.id, first.verdict);
    if !first.is_link && !is_waiting(first.verdict) {
        return Ok(recorded.receipt());
    }
    // Of two parallel transactions each saw only its own facts: now that this one is committed,
    // whichever looks last sees both.
    let again = write(db, scope, async |tx| settle(tx, &event.id, fact).await).await?;
    if again.verdict != first.verdict {
        alert(&event.id, again.verdict);
    }
    Ok(again.verdict.outcome.into())
}

fn is_waiting(verdict: Verdict) -> bool {
    verdict.reason == Some(ParkReason::Waiting)
}

/// What the record of an event came to.
#[derive(Clone, Copy)]
enum Recorded {
    Known,
    WithoutFact,
    Settled(Settled),
}

impl Recorded {
    fn receipt(self) -> Receipt {
        match self {
            Self::Known => Receipt::Duplicate,
            Self::WithoutFact => Receipt::Ignored,
            Self::Settled(settled) => settled.verdict.outcome.into(),
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
    stripe_facts::insert(tx, StripeFact::of(fact)?).await?;
    Ok(Recorded::Settled(settle(tx, &event.id, fact).await?))
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
        resolution: None,
        alerted_at: None,
        seed_run_id: stamp.seed_run_id,
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
    let settled = write(db, scope, async |tx| {
        match stripe_facts::find(tx, &row.event_id).await? {
            Some(fact) => Ok(Some(settle(tx, &row.event_id, &fact).await?)),
            None => Ok::<_, ServiceError>(None),
        }
    })
    .await?;
    let Some(Settled { verdict, .. }) = settled else {
        return Ok(Receipt::Parked);
    };
    alert(&row.event_id, verdict);
    Ok(verdict.outcome.into())
}
