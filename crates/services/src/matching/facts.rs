//! What the score reads: rows in the terms of `domain::matching`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::availability::parse_time_zone;
use domain::matching::{OrderFacts, Scored, highest_rate, rank, score};
use domain::search::{content_stems, stored_content_stems};
use persistence::Reader;
use persistence::orders::Order;
use persistence::subjects;
use persistence::tutor_candidates::CandidateFilter;

use super::kept::stored;
use super::pool::Pool;
use crate::ServiceError;

/// The hard conditions of an order.
pub(super) fn filter_of(order: &Order) -> CandidateFilter {
    CandidateFilter {
        subject_id: order.subject_id,
        wants_online: order.wants_online,
        wants_offline: order.wants_offline,
        city: order.city_folded.clone(),
        highest_rate: highest_rate(order.budget_max_minor),
    }
}

/// An order and the catalogue, as far as tutors are held against them.
pub(super) struct Facts {
    order: OrderFacts,
    /// What the order's subject is called in the language of orders.
    pub subject_name: String,
}

impl Facts {
    pub(super) async fn of(reader: &impl Reader, order: &Order) -> Result<Self, ServiceError> {
        let catalogue = subjects::list(reader).await?;
        let subject = catalogue.iter().find(|s| s.id == order.subject_id);
        let subject_name = subject.map_or("", |subject| &subject.name_ru).to_owned();
        Ok(Self {
            order: order_facts(order, &subject_name)?,
            subject_name,
        })
    }

    /// Everybody who competes, the best first.
    pub(super) fn ranked(&self, pool: &Pool, now: DateTime<Utc>) -> Vec<Scored> {
        let scored = pool
            .candidates
            .iter()
            .map(|(tutor, relevance)| score(&self.order, &tutor.facts, *relevance, now));
        rank(scored.collect())
    }
}

fn order_facts(order: &Order, subject_name: &str) -> Result<OrderFacts, ServiceError> {
    let goal = order.goal.as_deref().unwrap_or_default();
    let text = [&order.title, &order.description, goal, subject_name].join(" ");
    Ok(OrderFacts {
        text: comparable_stems(&text),
        budget_max: order.budget_max_minor,
        formats: order.formats(),
        city_folded: order.city_folded.clone(),
        region_folded: order.region_folded.clone(),
        availability: order.availability.clone().map(stored).transpose()?,
        time_zone: parse_time_zone(&order.time_zone).ok(),
    })
}

/// The stems of a text that a stored one can have: of a word such as «этом» nobody can tell there
/// whether it stood for «эта», which says nothing, so nobody shall miss it either.
fn comparable_stems(text: &str) -> BTreeSet<String> {
    let stems = content_stems(text).join(" ");
    stored_content_stems(&stems).map(str::to_owned).collect()
}
