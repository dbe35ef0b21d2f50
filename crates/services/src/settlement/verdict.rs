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

/// What became of the event at hand, and which others need a person from now on.
pub(super) struct Written {
    pub(super) own: Verdict,
    pub(super) alarming: Vec<(String, Verdict)>,
}

/// Writes down what became of the event at hand, and of those that were parked until now.
pub(super) async fn write(
    tx: &Tx,
    event_id: &str,
    judgments: &Judgments,
) -> Result<Written, ServiceError> {
    let own = verdict(judgments.get(event_id).copied().unwrap_or(UNCLAIMED));
    webhook_events::set_verdict(tx, event_id, own).await?;
    let others = judgments
        .keys()
        .filter(|id| *id != event_id)
        .cloned()
        .collect();
    let mut alarming = Vec::new();
    for (parked, reason) in webhook_events::list_parked_among(tx, others).await? {
        let Some(judgment) = judgments.get(&parked) else {
            continue;
        };
        let verdict = verdict(*judgment);
        if verdict.reason == Some(reason) {
            continue;
        }
        webhook_events::set_verdict(tx, &parked, verdict).await?;
        if judgment.needs_a_person() {
            alarming.push((parked, verdict));
        }
    }
    Ok(Written { own, alarming })
}
