//! What the score reads: rows in the terms of `domain::matching`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::availability::{WeeklyAvailability, parse_time_zone};
use domain::matching::{CandidateFacts, OrderFacts, Scored, highest_rate, rank, score};
use domain::search::{content_stems, stored_content_stems};
use persistence::Reader;
use persistence::orders::Order;
use persistence::subjects::{self, Subject};
use persistence::tutor_candidates::{Candidate, CandidateFilter};

use super::kept::stored;
use super::pool::Pool;
use crate::{ServiceError, error_chain};

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
    /// The stems of what any subject is called in it.
    subject_names: BTreeSet<String>,
}

impl Facts {
    pub(super) async fn of(reader: &impl Reader, order: &Order) -> Result<Self, ServiceError> {
        let catalogue = subjects::list(reader).await?;
        let subject = catalogue.iter().find(|s| s.id == order.subject_id);
        let subject_name = subject.map_or("", |subject| &subject.name_ru).to_owned();
        Ok(Self {
            order: order_facts(order, &subject_name)?,
            subject_name,
            subject_names: stems_of_names(&catalogue),
        })
    }

    /// Everybody who competes, the best first. One whose row can't be read is left out, and the others
    /// are matched.
    pub(super) fn ranked(&self, pool: &Pool, now: DateTime<Utc>) -> Vec<Scored> {
        let scored = pool.candidates.iter().filter_map(|(candidate, relevance)| {
            match self.candidate_facts(candidate, now) {
                Ok(facts) => Some(score(&self.order, &facts, *relevance, now)),
                Err(error) => {
                    let tutor_id = candidate.tutor_id.to_string();
                    log::error!(tutor_id = tutor_id.as_str(); "a tutor can't be matched: {}", error_chain(&error));
                    None
                }
            }
        });
        rank(scored.collect())
    }

    fn candidate_facts(
        &self,
        candidate: &Candidate,
        now: DateTime<Utc>,
    ) -> Result<CandidateFacts, ServiceError> {
        let taught = stored_content_stems(&candidate.subject_stems)
            .filter(|stem| self.subject_names.contains(*stem));
        // Only the words of the order are compared.
        let text = stored_content_stems(&candidate.bio_stems)
            .chain(taught)
            .filter(|stem| self.order.text.contains(*stem));
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

fn stems_of_names(catalogue: &[Subject]) -> BTreeSet<String> {
    let names = catalogue.iter().map(|subject| subject.name_ru.as_str());
    names.flat_map(content_stems).collect()
}
