//! Masking events that were stored before events were masked: once, after an upgrade, by a command. The
//! database can't do it, since what is a person's is known to `payments::masking` alone.

use payments::masking::masked;
use persistence::{Db, Scope, webhook_events, write};

use crate::ServiceError;

/// Masks what is stored, so many events in one transaction; tells how many had something of a person.
/// What is masked stays as it is, so that it can be broken off and done again.
///
/// # Errors
/// The database failed; what was masked until then stays masked.
pub async fn mask_stored(db: &Db, scope: &Scope, at_once: u64) -> Result<usize, ServiceError> {
    let (mut count, mut last) = (0, None);
    loop {
        let batch = webhook_events::list_payloads(db, last, at_once).await?;
        let Some(&(end, _)) = batch.last() else {
            return Ok(count);
        };
        last = Some(end);
        let unmasked: Vec<_> = batch
            .into_iter()
            .map(|(id, payload)| (id, masked(payload.clone()), payload))
            .filter(|(_, masked, payload)| masked != payload)
            .collect();
        if unmasked.is_empty() {
            continue;
        }
        write(db, scope, async |tx| {
            for (id, masked, _) in &unmasked {
                webhook_events::replace_payload(tx, *id, masked.clone()).await?;
            }
            Ok::<_, ServiceError>(())
        })
        .await?;
        count += unmasked.len();
    }
}
