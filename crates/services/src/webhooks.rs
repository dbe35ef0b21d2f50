//! Stripe's events: recorded once, turned into facts, settled in the same transaction.

use chrono::TimeDelta;
use domain::payment::EventOutcome;
use domain::settlement::ParkReason;
use payments::events::Event;
use payments::masking::masked;
use persistence::stripe_facts::{self, StripeFact};
use persistence::webhook_events::{self, Verdict, WebhookEvent};
use persistence::{Db, Scope, Stamp, Stored, Tx, audit, write};
use serde_json::json;

use crate::fault_points::{FaultPoint, reached};
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
    let recorded = write(db, scope, async |tx| {
        let recorded = record_and_settle(tx, event).await?;
        reached(FaultPoint::WebhookSettled).await;
        Ok::<_, ServiceError>(recorded)
    })
    .await?;
    reached(FaultPoint::WebhookCommitted).await;
    let (Recorded::Settled(first), Some(fact)) = (&recorded, &event.fact) else {
        return Ok(recorded.receipt());
    };
    call_for(&event.id, first);
    if !first.is_link && !is_waiting(first.verdict) {
        return Ok(first.verdict.outcome.into());
    }
    // Of two parallel transactions each saw only its own facts: now that this one is committed,
    // whichever looks last sees both.
    let again = write(db, scope, async |tx| settle(tx, &event.id, fact).await).await?;
    reached(FaultPoint::WebhookHealed).await;
    let is_news = again.verdict != first.verdict;
    for (event_id, verdict) in &again.alarming {
        alert(event_id, *verdict);
    }
    if is_news {
        alert(&event.id, again.verdict);
    }
    Ok(again.verdict.outcome.into())
}

fn is_waiting(verdict: Verdict) -> bool {
    verdict.reason == Some(ParkReason::Waiting)
}

/// What the record of an event came to.
enum Recorded {
    Known,
    WithoutFact,
    Settled(Settled),
}

impl Recorded {
    fn receipt(&self) -> Receipt {
        match self {
            Self::Known => Receipt::Duplicate,
            Self::WithoutFact => Receipt::Ignored,
            Self::Settled(settled) => settled.verdict.outcome.into(),
        }
    }
}

/// Calls a person to all that needs one after a settlement.
fn call_for(event_id: &str, settled: &Settled) {
    alert(event_id, settled.verdict);
    for (event_id, verdict) in &settled.alarming {
        alert(event_id, *verdict);
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
    reached(FaultPoint::WebhookInserted).await;
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
        // Nothing that we read of an event is a person's, so nothing of theirs is kept.
        payload: masked(event.payload.clone()),
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

/// Settles an event again whatever has become of it. One of a type that wasn't handled when it
/// came is read now.
///
/// # Errors
/// The database failed.
pub async fn replay(db: &Db, scope: &Scope, event: &Event) -> Result<Receipt, ServiceError> {
    let first = receive(db, scope, event).await?;
    if first != Receipt::Duplicate {
        return Ok(first);
    }
    let settled = write(db, scope, async |tx| {
        let before = webhook_events::find(tx, &event.id).await?;
        let settled = settle_stored(tx, event).await?;
        record_replay(tx, &event.id, before).await?;
        Ok::<_, ServiceError>(settled)
    })
    .await?;
    let Some(settled) = settled else {
        return Ok(Receipt::Duplicate);
    };
    call_for(&event.id, &settled);
    Ok(settled.verdict.outcome.into())
}

/// `None` if the event says nothing that we read.
async fn settle_stored(tx: &Tx, event: &Event) -> Result<Option<Settled>, ServiceError> {
    let Some(fact) = &event.fact else {
        return Ok(None);
    };
    if stripe_facts::find(tx, &event.id).await?.is_none() {
        stripe_facts::insert(tx, StripeFact::of(fact)?).await?;
    }
    settle(tx, &event.id, fact).await.map(Some)
}

async fn record_replay(
    tx: &Tx,
    event_id: &str,
    before: Option<WebhookEvent>,
) -> Result<(), ServiceError> {
    let verdict = |event: WebhookEvent| json!({ "outcome": *event.outcome, "reason": event.reason.map(|r| *r) });
    let after = webhook_events::find(tx, event_id).await?;
    audit::record(
        tx,
        audit::Change {
            action: "stripe_event.replayed",
            object_type: "stripe_event",
            object_id: event_id.to_owned(),
            before: before.map(verdict),
            after: after.map(verdict),
        },
    )
    .await?;
    Ok(())
}

/// Writes down what a person has decided about a parked event: that it needs nobody any more. What it
/// says stays known, and counts if it ever can.
///
/// # Errors
/// [`ServiceError::NotFound`], or [`ServiceError::Conflict`] if it isn't parked.
pub async fn resolve(tx: &Tx, event_id: &str, note: &str) -> Result<(), ServiceError> {
    let event = webhook_events::find(tx, event_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if *event.outcome != EventOutcome::Parked {
        return Err(ServiceError::Conflict);
    }
    webhook_events::resolve(tx, event_id, note).await?;
    audit::record(
        tx,
        audit::Change {
            action: "stripe_event.resolved",
            object_type: "stripe_event",
            object_id: event_id.to_owned(),
            before: Some(json!({ "outcome": *event.outcome, "reason": event.reason.map(|r| *r) })),
            after: Some(json!({ "outcome": EventOutcome::Ignored, "resolution": note })),
        },
    )
    .await?;
    Ok(())
}

/// An event that waits for longer needs somebody to look at it.
const ALERT_AFTER: TimeDelta = TimeDelta::hours(1);
/// An event that has waited for so long was never ours.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(30);

/// Settles again what waits for a missing piece; tells how many events no longer wait. What came
/// within the last hour each time, older ones once an hour. One that fails is left for the next
/// time.
///
/// # Errors
/// The events could not be listed.
pub async fn settle_waiting(db: &Db, scope: &Scope) -> Result<usize, ServiceError> {
    let mut healed = 0;
    let mut last = None;
    let an_hour_ago = scope.now - ALERT_AFTER;
    loop {
        let batch = webhook_events::list_waiting(db, an_hour_ago, last, BATCH).await?;
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
    let is_late = row.received_at <= scope.now - ALERT_AFTER && row.alerted_at.is_none();
    let settled = write(db, scope, async |tx| {
        let Some(fact) = stripe_facts::find(tx, &row.event_id).await? else {
            return Ok(None);
        };
        let mut settled = settle(tx, &row.event_id, &fact).await?;
        if is_waiting(settled.verdict) {
            let is_old = row.received_at <= tx.now() - GIVE_UP_AFTER;
            if is_old && !settled.is_ours {
                settled.verdict = NEVER_OURS;
                webhook_events::set_verdict(tx, &row.event_id, NEVER_OURS).await?;
            } else if is_late {
                webhook_events::note_alert(tx, &row.event_id).await?;
            }
        }
        Ok::<_, ServiceError>(Some(settled))
    })
    .await?;
    let Some(settled) = settled else {
        return Ok(Receipt::Parked);
    };
    if is_waiting(settled.verdict) && is_late {
        let why = settled.verdict.explanation.unwrap_or_default();
        log::error!(event_id = row.event_id.as_str(); "an event has waited for an hour: {why}");
    }
    call_for(&row.event_id, &settled);
    Ok(settled.verdict.outcome.into())
}

const NEVER_OURS: Verdict = Verdict {
    outcome: EventOutcome::Ignored,
    reason: None,
    explanation: Some("it was never ours: what it waited for did not come in 30 days"),
};
