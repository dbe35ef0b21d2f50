//! What the score reads of tutors, kept in memory from one match to the next.
//!
//! It is kept with the version of the profile and used for no other. Every change of a profile
//! changes its version, so nobody has to tell this process what became of a tutor, nor another one.

use std::collections::HashMap;
use std::sync::Arc;

use domain::availability::{WeeklyAvailability, parse_time_zone};
use domain::matching::{CandidateFacts, Relevance};
use domain::search::stored_content_stems;
use persistence::tutor_candidates::{Candidate, CandidateProfile, profiles_by_ids};
use persistence::{Reader, StoreError};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use uuid::Uuid;

use super::kept::stored;
use crate::{ServiceError, error_chain};

/// Some ten thousand tutors: the best of each subject, again and again.
const CAPACITY_BYTES: u64 = 64 * 1024 * 1024;
const USUAL_BYTES: u64 = 5 * 1024;

/// A tutor as the score reads them.
#[derive(Debug)]
pub(super) struct KnownTutor {
    /// Of the profile.
    pub version: i64,
    pub facts: CandidateFacts,
}

/// Those that were read last, as many as there is room for.
#[derive(Debug)]
pub struct KnownTutors {
    kept: Cache<Uuid, Arc<KnownTutor>, ByMemory>,
}

impl Default for KnownTutors {
    fn default() -> Self {
        let count = usize::try_from(CAPACITY_BYTES / USUAL_BYTES).unwrap_or(usize::MAX);
        Self {
            kept: Cache::with_weighter(count, CAPACITY_BYTES, ByMemory),
        }
    }
}

impl KnownTutors {
    /// What is known of the candidates; what is not is read, in one statement. One who has changed since
    /// they were found may no longer fulfil what was asked for, and is left out, as is one whose row can't
    /// be read; the others are matched.
    pub(super) async fn of(
        &self,
        reader: &impl Reader,
        candidates: impl IntoIterator<Item = (Candidate, Relevance)>,
    ) -> Result<Vec<(Arc<KnownTutor>, Relevance)>, StoreError> {
        let mut known = Vec::new();
        let mut unknown = HashMap::new();
        for (candidate, relevance) in candidates {
            match self.kept.get(&candidate.tutor_id) {
                Some(tutor) if tutor.version == candidate.version => known.push((tutor, relevance)),
                Some(_) | None => {
                    unknown.insert(candidate, relevance);
                }
            }
        }
        if unknown.is_empty() {
            return Ok(known);
        }
        let ids = unknown.keys().map(|candidate| candidate.tutor_id);
        for profile in profiles_by_ids(reader, ids).await? {
            let (tutor_id, version) = (profile.tutor_id, profile.version);
            match KnownTutor::of(profile) {
                Ok(tutor) => {
                    let tutor = Arc::new(tutor);
                    self.kept.insert(tutor_id, Arc::clone(&tutor));
                    let as_found = unknown.get(&Candidate { tutor_id, version });
                    known.extend(as_found.map(|relevance| (tutor, *relevance)));
                }
                Err(error) => {
                    let tutor_id = tutor_id.to_string();
                    log::error!(tutor_id = tutor_id.as_str(); "a tutor can't be matched: {}", error_chain(&error));
                }
            }
        }
        Ok(known)
    }
}

impl KnownTutor {
    fn of(profile: CandidateProfile) -> Result<Self, ServiceError> {
        let formats = profile.formats();
        let subjects = stored_content_stems(&profile.subject_stems);
        let text = stored_content_stems(&profile.bio_stems).chain(subjects);
        Ok(Self {
            version: profile.version,
            facts: CandidateFacts {
                tutor_id: profile.tutor_id,
                text: text.map(str::to_owned).collect(),
                hourly_rate: profile.hourly_rate_minor,
                rating_sum: profile.rating_sum,
                rating_count: profile.rating_count,
                experience_years: profile.experience_years,
                formats,
                city_folded: profile.city_folded,
                region_folded: profile.region_folded,
                availability: stored::<WeeklyAvailability>(profile.availability)?,
                time_zone: parse_time_zone(&profile.time_zone).unwrap_or(chrono_tz::Europe::Moscow),
                premium_until: profile.premium_active_until,
            },
        })
    }
}

/// By about the bytes that a tutor takes.
#[derive(Debug, Clone)]
struct ByMemory;

impl Weighter<Uuid, Arc<KnownTutor>> for ByMemory {
    fn weight(&self, _tutor_id: &Uuid, tutor: &Arc<KnownTutor>) -> u64 {
        /// Of the facts themselves, with their hours.
        const FACTS: usize = 1_024;
        /// Of a string beside its letters, with its share of the tree.
        const STEM: usize = 48;
        let text = tutor.facts.text.iter().map(|stem| stem.len() + STEM);
        u64::try_from(FACTS + text.sum::<usize>()).unwrap_or(u64::MAX)
    }
}
