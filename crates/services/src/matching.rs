//! Matching an order with tutors: candidates, score, rank, and keeping the result.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, Utc};
use domain::availability::{WeeklyAvailability, parse_time_zone};
use domain::matching::{
    CandidateFacts, Contributions, OrderFacts, Reason, Relevance, Scored, highest_rate, rank, score,
};
use domain::search::{content_stems, stored_content_stems};
use domain::text_enum::TextEnum;
use ml::{Degraded, External};
use persistence::matches::{self, OrderMatches};
use persistence::orders::Order;
use persistence::subjects::Subject;
use persistence::tutor_candidates::{self, Candidate, CandidateFilter};
use persistence::tutor_cards::{TutorCard, cards_by_ids};
use persistence::{Db, Reader, Scope, StoreError, subjects, write};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ServiceError;
use crate::clock::Clock;

domain::text_enum! {
    /// How an order of tutors came about.
    Engine { Llm = "llm", Semantic = "semantic", Rules = "rules" }
}

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

/// A result with what the answer shows beside it.
#[derive(Debug, Clone)]
pub struct Matches {
    pub order_id: Uuid,
    pub engine: Engine,
    pub degraded: Vec<Degraded>,
    /// None before anything was computed.
    pub computed_at: Option<DateTime<Utc>>,
    pub elapsed_ms: i64,
    pub stale: bool,
    pub places: Vec<(MatchEntry, TutorCard)>,
}

/// Computes the best tutors for an order and keeps the result.
///
/// # Errors
/// The database failed.
pub async fn compute(
    db: &Db,
    scope: &Scope,
    clock: &dyn Clock,
    external: &External,
    order: &Order,
    limit: usize,
) -> Result<Matches, ServiceError> {
    let started = clock.now().trunc_subsecs(6);
    let candidates = tutor_candidates::list(db, &filter_of(order)).await?;
    let catalogue = subjects::list(db).await?;
    let facts = order_facts(order, &catalogue)?;
    let names = russian_names(&catalogue);
    let scored = candidates
        .iter()
        .map(|candidate| {
            let candidate = candidate_facts(candidate, &facts.text, &names, started)?;
            Ok(score(&facts, &candidate, Relevance::Lexical, started))
        })
        .collect::<Result<Vec<_>, ServiceError>>()?;
    let places = shown(db, rank(scored).into_iter().take(limit), &candidates).await?;
    let matches = Matches {
        order_id: order.id,
        engine: Engine::Rules,
        degraded: external.degraded(),
        computed_at: Some(started),
        elapsed_ms: (clock.now() - started).num_milliseconds(),
        stale: false,
        places,
    };
    store(db, scope, order, &matches).await?;
    Ok(matches)
}

/// The places of the best, with their cards. Who was hidden a moment ago has none, and those below
/// move up.
async fn shown(
    reader: &impl Reader,
    best: impl Iterator<Item = Scored>,
    candidates: &[Candidate],
) -> Result<Vec<(MatchEntry, TutorCard)>, ServiceError> {
    let best: Vec<Scored> = best.collect();
    let ids: Vec<Uuid> = best.iter().map(|scored| scored.tutor_id).collect();
    let mut cards = cards_by_ids(reader, &ids).await?.into_iter().peekable();
    let mut places = Vec::new();
    for scored in best {
        // The cards come in the order of the ids.
        let card = cards.next_if(|card| card.profile.id == scored.tutor_id);
        let candidate = candidates.iter().find(|c| c.tutor_id == scored.tutor_id);
        let (Some(card), Some(candidate)) = (card, candidate) else {
            continue;
        };
        let entry = MatchEntry {
            tutor_id: scored.tutor_id,
            tutor_version: candidate.version,
            rank: u32::try_from(places.len() + 1).unwrap_or(u32::MAX),
            score: scored.score,
            contributions: scored.contributions,
            reasons: scored.reasons,
        };
        places.push((entry, card));
    }
    Ok(places)
}

async fn store(
    db: &Db,
    scope: &Scope,
    order: &Order,
    matches: &Matches,
) -> Result<(), ServiceError> {
    let entries: Vec<&MatchEntry> = matches.places.iter().map(|(entry, _)| entry).collect();
    let row = OrderMatches {
        order_id: order.id,
        order_version: order.version,
        engine: matches.engine.as_str().to_owned(),
        degraded: json(&matches.degraded)?,
        matches: json(&entries)?,
        elapsed_ms: matches.elapsed_ms,
        computed_at: scope.now,
    };
    write(db, scope, async |tx| {
        matches::put(tx, row.clone()).await?;
        Ok::<_, ServiceError>(())
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
            degraded: external.degraded(),
            computed_at: None,
            elapsed_ms: 0,
            stale: false,
            places: Vec::new(),
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
    })
}

fn json(value: &impl Serialize) -> Result<serde_json::Value, ServiceError> {
    serde_json::to_value(value).map_err(|_| ServiceError::Internal("a match could not be stored"))
}

fn stored<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, ServiceError> {
    serde_json::from_value(value)
        .map_err(|e| ServiceError::Store(StoreError::Corrupt(format!("stored matches: {e}"))))
}

fn filter_of(order: &Order) -> CandidateFilter {
    CandidateFilter {
        subject_id: order.subject_id,
        wants_online: order.wants_online,
        wants_offline: order.wants_offline,
        city: order.city_folded.clone(),
        highest_rate: highest_rate(order.budget_max_minor),
    }
}

fn order_facts(order: &Order, catalogue: &[Subject]) -> Result<OrderFacts, ServiceError> {
    let subject = catalogue.iter().find(|s| s.id == order.subject_id);
    let mut text = format!("{} {}", order.title, order.description);
    for more in [order.goal.as_deref(), subject.map(|s| s.name_ru.as_str())]
        .into_iter()
        .flatten()
    {
        text.push(' ');
        text.push_str(more);
    }
    Ok(OrderFacts {
        text: content_stems(&text).into_iter().collect(),
        budget_max: order.budget_max_minor,
        formats: order.formats(),
        city_folded: order.city_folded.clone(),
        region_folded: order.region_folded.clone(),
        availability: order.availability.clone().map(stored).transpose()?,
        time_zone: parse_time_zone(&order.time_zone).ok(),
    })
}

/// The stems of what subjects are called in the language of orders.
fn russian_names(catalogue: &[Subject]) -> BTreeSet<String> {
    let names = catalogue.iter().map(|subject| subject.name_ru.as_str());
    names.flat_map(content_stems).collect()
}

/// `asked` are the words of the order: of a tutor's no others are compared.
fn candidate_facts(
    candidate: &Candidate,
    asked: &BTreeSet<String>,
    subject_names: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<CandidateFacts, ServiceError> {
    let taught =
        stored_content_stems(&candidate.subject_stems).filter(|stem| subject_names.contains(*stem));
    let text = stored_content_stems(&candidate.bio_stems)
        .chain(taught)
        .filter(|stem| asked.contains(*stem));
    Ok(CandidateFacts {
        tutor_id: candidate.tutor_id,
        text: text.map(str::to_owned).collect(),
        hourly_rate: candidate.hourly_rate_minor,
        rating_sum: candidate.rating_sum,
        rating_count: candidate.rating_count,
        experience_years: candidate.experience_years,
        formats: candidate.formats(),
        city_folded: candidate.city_folded.clone(),
        region_folded: candidate.region_folded.clone(),
        availability: stored::<WeeklyAvailability>(candidate.availability.clone())?,
        time_zone: parse_time_zone(&candidate.time_zone).unwrap_or(chrono_tz::Europe::Moscow),
        is_premium: candidate.is_premium(now),
    })
}
