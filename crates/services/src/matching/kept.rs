//! The last result of an order: how it is kept, and when it is out of date.

use domain::matching::{Contributions, Reason};
use domain::text_enum::TextEnum;
use ml::External;
use persistence::embedding_cache;
use persistence::matches::{self, OrderMatches};
use persistence::orders::Order;
use persistence::tutor_cards::cards_by_ids;
use persistence::{Db, Reader, Scope, StoreError, write};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::order_vector::Used;
use super::{Engine, Matches, reasons_to_do_without};
use crate::ServiceError;

/// One place in the result, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MatchEntry {
    pub tutor_id: Uuid,
    /// The version of the profile that was matched: a later one makes the result stale.
    pub tutor_version: i64,
    pub rank: u32,
    pub score: f64,
    pub contributions: Contributions,
    pub reasons: Vec<Reason>,
}

/// Keeps a result unless there is one of a newer version of the order; tells whether it did. Whether
/// a kept embedding was `used` is noted on the way.
pub(super) async fn keep(
    db: &Db,
    scope: &Scope,
    order: &Order,
    matches: &Matches,
    used: Option<&Used>,
) -> Result<bool, ServiceError> {
    let entries: Vec<&MatchEntry> = matches.places.iter().map(|(entry, _)| entry).collect();
    let row = OrderMatches {
        order_id: order.id,
        order_version: order.version,
        engine: matches.engine.as_str().to_owned(),
        degraded: json(&matches.degraded)?,
        matches: json(&entries)?,
        elapsed_ms: matches.elapsed_ms,
        computed_at: matches.computed_at.unwrap_or(scope.now),
    };
    write(db, scope, async |tx| {
        if let Some(used) = used {
            embedding_cache::touch(tx, &used.model, &[used.hash]).await?;
        }
        Ok::<_, ServiceError>(matches::put(tx, row.clone()).await?)
    })
    .await
}

/// The last result for an order; tutors who are no longer to be seen are left out.
///
/// # Errors
/// The database failed.
pub async fn last(
    reader: &impl Reader,
    external: &External,
    order: &Order,
) -> Result<Matches, ServiceError> {
    let Some(row) = matches::find(reader, order.id).await? else {
        return Ok(Matches {
            order_id: order.id,
            engine: Engine::Rules,
            degraded: reasons_to_do_without(external),
            computed_at: None,
            elapsed_ms: 0,
            stale: false,
            places: Vec::new(),
            stages: Vec::new(),
        });
    };
    let entries: Vec<MatchEntry> = stored(row.matches)?;
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.tutor_id).collect();
    let cards = cards_by_ids(reader, &ids).await?;
    let mut stale = row.order_version != order.version || cards.len() != entries.len();
    let mut places = Vec::new();
    for entry in entries {
        if let Some(card) = cards.iter().find(|c| c.profile.id == entry.tutor_id) {
            stale |= card.profile.version != entry.tutor_version;
            places.push((entry, card.clone()));
        }
    }
    Ok(Matches {
        order_id: order.id,
        engine: Engine::from_text(&row.engine).unwrap_or(Engine::Rules),
        degraded: stored(row.degraded)?,
        computed_at: Some(row.computed_at),
        elapsed_ms: row.elapsed_ms,
        stale,
        places,
        stages: Vec::new(),
    })
}

fn json(value: &impl Serialize) -> Result<serde_json::Value, ServiceError> {
    serde_json::to_value(value).map_err(|_| ServiceError::Internal("a match could not be stored"))
}

/// JSON of ours, read back.
pub(super) fn stored<T: serde::de::DeserializeOwned>(
    value: serde_json::Value,
) -> Result<T, ServiceError> {
    serde_json::from_value(value)
        .map_err(|e| ServiceError::Store(StoreError::Corrupt(format!("stored matches: {e}"))))
}
