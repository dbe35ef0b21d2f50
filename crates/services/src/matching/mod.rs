//! Matching an order with tutors: candidates, score, rank, a model's wish, and keeping the result.
//!
//! It always answers. What a model would have added and did not is said in `degraded`, and no call to
//! one outlives the deadline: the budget that the caller gave, less what keeping the result takes.

mod facts;
mod kept;
mod known_tutors;
mod making;
mod order_vector;
mod outward;
mod pool;
mod stages;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use ml::{Degraded, External};
use persistence::Scope;
use persistence::orders::Order;
use persistence::tutor_cards::TutorCard;
use uuid::Uuid;

pub use kept::{MatchEntry, last};
pub use known_tutors::KnownTutors;
pub(crate) use order_vector::hash as text_hash;
pub(crate) use outward::tutor_text;

use crate::{ServiceError, Tools};
use making::Making;

domain::text_enum! {
    /// How an order of tutors came about.
    Engine { Llm = "llm", Semantic = "semantic", Rules = "rules" }
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
    /// What computing it took, stage by stage; none of a result that was kept.
    pub stages: Vec<(&'static str, Duration)>,
}

/// How many tutors are wanted, and by when.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub limit: usize,
    /// When the request arrived.
    pub arrived: Instant,
    pub budget: Duration,
}

/// Computes the best tutors for an order and keeps the result.
///
/// # Errors
/// The database failed.
pub async fn compute(
    tools: Tools<'_>,
    scope: &Scope,
    order: &Order,
    wanted: Wanted,
) -> Result<Matches, ServiceError> {
    // Boxed: a match is deep, and a thread's stack is not.
    Box::pin(computed(tools, scope, order, wanted)).await
}

async fn computed(
    tools: Tools<'_>,
    scope: &Scope,
    order: &Order,
    wanted: Wanted,
) -> Result<Matches, ServiceError> {
    let mut making = Making::begin(tools, scope, order, wanted).await?;
    let vector = making.order_vector().await?;
    let pool = making.pool(vector.as_ref()).await?;
    let places = making.best(&pool).await?;
    let (engine, places) = making.reranked(&pool, places).await;
    let used = vector.and_then(|vector| vector.used);
    Ok(making.keep(engine, places, used.as_ref()).await)
}

/// Why no model is asked, where none may be.
fn reasons_to_do_without(external: &External) -> Vec<Degraded> {
    match external {
        External::Off => vec![Degraded::OpenaiNotConfigured],
        External::On(_) => Vec::new(),
    }
}
