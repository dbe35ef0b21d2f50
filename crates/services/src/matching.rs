//! Matching an order with tutors: candidates, score, rank, and keeping the result.

use chrono::{DateTime, SubsecRound, Utc};
use domain::availability::{WeeklyAvailability, parse_time_zone};
use domain::matching::{
    CandidateFacts, Contributions, OrderFacts, Reason, Relevance, highest_rate, rank, score,
};
use domain::search::content_stems;
use domain::text_enum::TextEnum;
use ml::{Degraded, External};
use persistence::matches::{self, OrderMatches};
use persistence::orders::Order;
use persistence::tutor_candidates::{self, CandidateFilter};
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
    let facts = order_facts(db, order).await?;
    let scored = candidates
        .iter()
        .map(|card| {
            let candidate = candidate_facts(card, started)?;
            Ok(score(&facts, &candidate, Relevance::Lexical, started))
        })
        .collect::<Result<Vec<_>, ServiceError>>()?;
    let mut places = Vec::new();
    for (place, scored) in (1_u32..).zip(rank(scored).into_iter().take(limit)) {
        let Some(card) = candidates.iter().find(|c| c.profile.id == scored.tutor_id) else {
            continue;
        };
        let entry = MatchEntry {
            tutor_id: scored.tutor_id,
            tutor_version: card.profile.version,
            rank: place,
            score: scored.score,
            contributions: scored.contributions,
            reasons: scored.reasons,
        };
        places.push((entry, card.clone()));
    }
    let mut matches = Matches {
        order_id: order.id,
        engine: Engine::Rules,
        degraded: without(external),
        computed_at: Some(started),
        elapsed_ms: (clock.now() - started).num_milliseconds(),
        stale: false,
        places,
    };
    // What is not kept was computed of an order that has changed meanwhile.
    matches.stale = !store(db, scope, order, &matches).await?;
    Ok(matches)
}

/// Keeps a result unless there is one of a newer version of the order; tells whether it did.
async fn store(
    db: &Db,
    scope: &Scope,
    order: &Order,
    matches: &Matches,
) -> Result<bool, ServiceError> {
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
            degraded: without(external),
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

async fn order_facts(reader: &impl Reader, order: &Order) -> Result<OrderFacts, ServiceError> {
    let subject = subjects::list(reader)
        .await?
        .into_iter()
        .find(|subject| subject.id == order.subject_id);
    let mut text = format!("{} {}", order.title, order.description);
    for more in [
        order.goal.as_deref(),
        subject.as_ref().map(|s| s.name_ru.as_str()),
    ]
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

fn candidate_facts(card: &TutorCard, now: DateTime<Utc>) -> Result<CandidateFacts, ServiceError> {
    let profile = &card.profile;
    let mut text = profile.bio.clone();
    for subject in &card.subjects {
        text.push(' ');
        text.push_str(&subject.name_ru);
    }
    Ok(CandidateFacts {
        tutor_id: profile.id,
        text: content_stems(&text).into_iter().collect(),
        hourly_rate: profile.hourly_rate_minor,
        rating_sum: profile.rating_sum,
        rating_count: profile.rating_count,
        experience_years: profile.experience_years,
        formats: profile.formats(),
        city_folded: profile.city_folded.clone(),
        region_folded: profile.region_folded.clone(),
        availability: stored::<WeeklyAvailability>(profile.availability.clone())?,
        time_zone: parse_time_zone(&profile.time_zone).unwrap_or(chrono_tz::Europe::Moscow),
        is_premium: profile.is_premium(now),
    })
}

/// The reasons to give when no model was asked.
fn without(external: &External) -> Vec<Degraded> {
    match external {
        External::Off | External::On(_) => vec![Degraded::OpenaiNotConfigured],
    }
}
