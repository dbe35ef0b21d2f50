//! One match in the making: its deadline, its stages, and what it had to do without.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use domain::matching::{CandidateData, RERANK_LIMIT, read_ranking, settle};
use ml::{Asking, Cause, Degraded, External, Models, Urgency};
use persistence::Scope;
use persistence::orders::Order;
use persistence::tutor_cards::{TutorCard, cards_by_ids};
use uuid::Uuid;

use super::facts::{Facts, filter_of};
use super::kept::{self, MatchEntry};
use super::order_vector::{self, OrderVector, Used};
use super::outward::{self, Outward};
use super::pool::{self, Pool};
use super::stages::Stages;
use super::{Engine, Matches, Wanted, reasons_to_do_without};
use crate::{ServiceError, Tools, error_chain};

/// What of a budget is held back for keeping and sending the result.
const RESERVE: Duration = Duration::from_millis(50);

type Place = (MatchEntry, TutorCard);

pub(super) struct Making<'a> {
    tools: Tools<'a>,
    scope: &'a Scope,
    order: &'a Order,
    limit: usize,
    asking: Asking,
    now: DateTime<Utc>,
    facts: Facts,
    /// What of the order a model may see, if there is one.
    outward: Option<Outward<'a>>,
    stages: Stages<'a>,
    degraded: Vec<Degraded>,
    /// The provider has just failed another call: it is not asked for more.
    is_given_up: bool,
}

impl<'a> Making<'a> {
    pub(super) async fn begin(
        tools: Tools<'a>,
        scope: &'a Scope,
        order: &'a Order,
        wanted: Wanted,
    ) -> Result<Self, ServiceError> {
        let stages = Stages::begin(tools.clock, wanted.arrived);
        let facts = Facts::of(tools.db, order).await?;
        let outward = match tools.external {
            External::Off => None,
            External::On(_) => Some(Outward::of(tools.db, order, &facts.subject_name).await?),
        };
        Ok(Self {
            tools,
            scope,
            order,
            limit: wanted.limit,
            asking: Asking {
                urgency: Urgency::Foreground,
                request_id: scope.request_id.clone(),
                deadline: wanted.arrived + wanted.budget.saturating_sub(RESERVE),
            },
            now: tools.clock.now().trunc_subsecs(6),
            facts,
            outward,
            stages,
            degraded: reasons_to_do_without(tools.external),
            is_given_up: false,
        })
    }

    /// The vector of the order's text, if a model can be asked for it in time.
    pub(super) async fn order_vector(&mut self) -> Result<Option<OrderVector>, ServiceError> {
        let Some((models, outward)) = self.models() else {
            return Ok(None);
        };
        let (db, embedder) = (self.tools.db, &models.embedder);
        let text = outward.text();
        let found = order_vector::find(db, self.scope, embedder, text, &self.asking).await?;
        self.stages.end("embedding");
        Ok(match found {
            Ok(vector) => Some(vector),
            Err(cause) => {
                self.do_without(cause);
                None
            }
        })
    }

    /// Among whom to choose.
    pub(super) async fn pool(
        &mut self,
        vector: Option<&OrderVector>,
    ) -> Result<Pool, ServiceError> {
        let filter = filter_of(self.order);
        let pool = match vector {
            Some(vector) => pool::by_meaning(self.tools, &filter, &vector.embedding).await?,
            None => pool::by_words(self.tools, &filter).await?,
        };
        if pool.has_pending {
            self.note(Degraded::EmbeddingsPending);
        }
        self.stages.end("candidates");
        Ok(pool)
    }

    /// The best by their scores, as many as are shown or a model is asked about. Who was hidden a
    /// moment ago is left out.
    pub(super) async fn best(&mut self, pool: &Pool) -> Result<Vec<Place>, ServiceError> {
        let mut best = self.facts.ranked(pool, self.now);
        let is_asked = self.models().is_some();
        best.truncate(if is_asked { RERANK_LIMIT } else { self.limit });
        let ids: Vec<Uuid> = best.iter().map(|scored| scored.tutor_id).collect();
        let mut cards = cards_by_ids(self.tools.db, &ids)
            .await?
            .into_iter()
            .peekable();
        let mut places = Vec::new();
        for scored in best {
            // The cards come in the order of the ids.
            let card = cards.next_if(|card| card.profile.id == scored.tutor_id);
            // The version that was scored, which the card's may be later than.
            if let (Some(card), Some(tutor_version)) = (card, pool.version_of(scored.tutor_id)) {
                let entry = MatchEntry {
                    tutor_id: scored.tutor_id,
                    tutor_version,
                    rank: 0,
                    score: scored.score,
                    contributions: scored.contributions,
                    reasons: scored.reasons,
                };
                places.push((entry, card));
            }
        }
        self.stages.end("scoring");
        Ok(places)
    }

    /// The places as a model wishes them, as far as anybody may move; as they are if it can't be asked.
    pub(super) async fn reranked(
        &mut self,
        pool: &Pool,
        places: Vec<Place>,
    ) -> (Engine, Vec<Place>) {
        let engine = if pool.is_semantic {
            Engine::Semantic
        } else {
            Engine::Rules
        };
        let Some((models, outward)) = self.models().filter(|_| places.len() > 1) else {
            return (engine, places);
        };
        let wish = self.wish(models, outward, &places).await;
        self.stages.end("rerank");
        match wish {
            Ok(wish) => {
                let mut old: Vec<Option<Place>> = places.into_iter().map(Some).collect();
                let settled = settle(old.len(), &wish).into_iter();
                let moved = settled.filter_map(|place| old.get_mut(place)?.take());
                (Engine::Llm, moved.collect())
            }
            Err(cause) => {
                self.do_without(cause);
                (engine, places)
            }
        }
    }

    async fn wish(
        &self,
        models: &Models,
        outward: &Outward<'_>,
        places: &[Place],
    ) -> Result<Vec<usize>, Cause> {
        let order = outward.data();
        let candidates: Vec<CandidateData> = places
            .iter()
            .enumerate()
            .map(|(place, (_, card))| outward::candidate_data(place, card))
            .collect();
        let handles: Vec<String> = candidates.iter().map(|c| c.handle.clone()).collect();
        let reranker = &models.reranker;
        let reply = reranker
            .ask(&order, &candidates, &handles, &self.asking)
            .await?;
        read_ranking(&reply, candidates.len()).map_err(|why| {
            let request_id = self.asking.request_id.as_deref().unwrap_or("none");
            log::warn!(request_id; "a model gave no order of candidates: {why}");
            Cause::BadReply
        })
    }

    /// The models, if it is worth asking them for anything more, and what they may see.
    fn models(&self) -> Option<(&'a Models, &Outward<'a>)> {
        match (self.tools.external, &self.outward) {
            (External::On(models), Some(outward)) if !self.is_given_up => Some((models, outward)),
            (External::On(_) | External::Off, _) => None,
        }
    }

    fn do_without(&mut self, cause: Cause) {
        self.note(cause.degraded());
        // A bad reply tells nothing of the next one.
        self.is_given_up |= !matches!(cause, Cause::BadReply | Cause::Declined);
    }

    /// Each reason once.
    fn note(&mut self, reason: Degraded) {
        if !self.degraded.contains(&reason) {
            self.degraded.push(reason);
        }
    }

    /// Keeps the result, unless the order has changed meanwhile, which makes it stale.
    pub(super) async fn keep(
        mut self,
        engine: Engine,
        mut places: Vec<Place>,
        used: Option<&Used>,
    ) -> Matches {
        places.truncate(self.limit);
        for (rank, (entry, _)) in (1..).zip(&mut places) {
            entry.rank = rank;
        }
        let mut matches = Matches {
            order_id: self.order.id,
            engine,
            degraded: self.degraded,
            computed_at: Some(self.now),
            elapsed_ms: self.stages.elapsed_ms(),
            stale: false,
            places,
            stages: Vec::new(),
        };
        let (db, scope) = (self.tools.db, self.scope);
        match kept::keep(db, scope, self.order, &matches, used).await {
            Ok(is_kept) => matches.stale = !is_kept,
            // It answers all the same: whoever asks again computes it anew.
            Err(error) => {
                let request_id = self.asking.request_id.as_deref().unwrap_or("none");
                log::warn!(request_id; "a match was not kept: {}", error_chain(&error));
            }
        }
        self.stages.end("keeping");
        matches.stages = self.stages.into_ended();
        matches
    }
}
