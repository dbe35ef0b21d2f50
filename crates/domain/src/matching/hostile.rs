//! Bios that try to cheat, and a model that falls for every one of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::validation::text;

// The system tests have the same list.
#[path = "../../../../tests/matches/hostile_bios.rs"]
mod hostile_bios;

use hostile_bios::HOSTILE_BIOS;

/// What a model is shown of a tutor with that bio at a place.
fn shown(place: usize, bio: &str) -> CandidateData {
    let tutor = TutorCard {
        person: Person {
            first_name: "Пётр",
            last_name: "Иванов",
        },
        subject_names: &["Математика"],
        experience_years: 1,
        hourly_rate: 100_000,
        rating_sum: 0,
        rating_count: 0,
        formats: &BTreeSet::from([LessonFormat::Online]),
        bio,
    };
    candidate_data(place, &tutor)
}

/// The final order when the model puts the candidate at `place` first and those at `banned` last.
fn ranked_for(place: usize, banned: &[usize]) -> Vec<usize> {
    let others = (0..RERANK_LIMIT).filter(|other| *other != place && !banned.contains(other));
    let wish: Vec<String> = [place]
        .into_iter()
        .chain(others)
        .chain(banned.iter().copied())
        .map(handle)
        .collect();
    let reply = json!({"ranking": wish}).to_string();
    settle(RERANK_LIMIT, &read_ranking(&reply, RERANK_LIMIT).unwrap())
}

#[test]
fn there_are_fifty_different_ones_and_each_could_be_somebodys_bio() {
    let different: BTreeSet<_> = HOSTILE_BIOS.iter().collect();
    assert_eq!(different.len(), 50);
    for bio in HOSTILE_BIOS {
        assert!(text(bio, 1, 5_000).is_ok(), "{bio}");
    }
}

#[test]
fn nobody_who_is_obeyed_gains_more_than_three_places() {
    for place in 0..RERANK_LIMIT {
        let settled = ranked_for(place, &[]);
        let now = settled.iter().position(|old| *old == place).unwrap();
        assert_eq!(now, place.saturating_sub(MAX_MOVE));
    }
}

#[test]
fn nobody_who_is_slandered_loses_more_than_three_places() {
    let banned = [0, 1, 2, 3];
    let settled = ranked_for(19, &banned);
    for old in banned {
        let now = settled.iter().position(|other| *other == old).unwrap();
        assert!(now <= old + MAX_MOVE, "{old} fell to {now}");
    }
}

#[test]
fn no_bio_closes_the_field_that_it_is_shown_in() {
    for (place, bio) in HOSTILE_BIOS.iter().enumerate() {
        let data = shown(place, bio);
        let sent = json!({"candidates": [data]}).to_string();
        let read: Value = serde_json::from_str(&sent).unwrap();
        let candidates = read["candidates"].as_array().unwrap();
        assert_eq!(candidates.len(), 1);
        assert_eq!(candidates[0]["about"], data.about);
        assert_eq!(candidates[0]["handle"], handle(place));
        assert_eq!(candidates[0]["rating"], Value::Null);
    }
}

#[test]
fn nothing_hidden_or_endless_is_shown_to_the_model() {
    for bio in HOSTILE_BIOS {
        let about = shown(0, bio).about;
        assert!(about.chars().count() <= MAX_ABOUT_CHARS);
        let is_hidden = |c: char| {
            c.is_control()
                || matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{e0000}'..='\u{e0fff}')
        };
        assert!(!about.contains(is_hidden), "{about:?}");
    }
}
