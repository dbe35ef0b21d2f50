//! What became of each event, for its record.

use domain::payment::EventOutcome;
use domain::settlement::{Judgment, ParkReason};
use persistence::Tx;
use persistence::webhook_events::{self, Verdict};

use super::Judgments;
use crate::ServiceError;

/// What a judgment means for the event's record.
fn verdict(judgment: Judgment) -> Verdict {
    let (outcome, reason, explanation) = match judgment {
        Judgment::Applied => (EventOutcome::Applied, None, None),
        Judgment::Stale => (EventOutcome::Stale, None, None),
        Judgment::Ignored(why) => (EventOutcome::Ignored, None, Some(why)),
        Judgment::Parked(reason, why) => (EventOutcome::Parked, Some(reason), Some(why)),
    };
    Verdict {
        outcome,
        reason,
        explanation,
    }
}

/// The judgment of an event that no root knows.
const UNCLAIMED: Judgment = Judgment::Parked(ParkReason::Waiting, "whose it is isn't known yet");

/// Writes down what became of the event at hand, and of those that were parked until now.
pub(super) async fn write(
    tx: &Tx,
    event_id: &str,
    judgments: &Judgments,
) -> Result<Verdict, ServiceError> {
    let own = verdict(judgments.get(event_id).copied().unwrap_or(UNCLAIMED));
    webhook_events::set_verdict(tx, event_id, own).await?;
    let others = judgments
        .keys()
        .filter(|id| *id != event_id)
        .cloned()
        .collect();
    for parked in webhook_events::list_parked_among(tx, others).await? {
        if let Some(judgment) = judgments.get(&parked) {
            webhook_events::set_verdict(tx, &parked, verdict(*judgment)).await?;
        }
    }
    Ok(own)
}
