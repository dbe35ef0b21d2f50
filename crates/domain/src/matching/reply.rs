//! What a model says of the order of candidates, read strictly: places or nothing.
//!
//! No word of it gets further than this file, the handles included: they are ours.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

/// The name under which a model knows the candidate at a place: `c1` is the first. It says nothing
/// of who the tutor is.
#[must_use]
pub fn handle(place: usize) -> String {
    format!("c{}", place.saturating_add(1))
}

/// Why a reply is of no use. It quotes nothing of the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadReply {
    /// Not `{"ranking": ["c1", …]}`.
    NotARanking,
    /// A ranking without a single handle of ours.
    NothingUsable,
}

impl fmt::Display for BadReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotARanking => "the reply is not a ranking",
            Self::NothingUsable => "the reply ranks none of the candidates",
        })
    }
}

impl std::error::Error for BadReply {}

#[derive(Deserialize)]
struct Ranking {
    ranking: Vec<String>,
}

/// The places in the order of the model's liking: a wish for [`settle`](super::settle). Handles
/// that are not ours, and repetitions, are dropped. A fence of three backticks around the JSON is
/// forgiven, prose is not.
///
/// # Errors
/// Anything but a ranking with at least one of our handles.
pub fn read_ranking(content: &str, count: usize) -> Result<Vec<usize>, BadReply> {
    let json = without_fence(content.trim());
    // serde_json refuses what is nested deeper than 128.
    let reply: Ranking = serde_json::from_str(json).map_err(|_| BadReply::NotARanking)?;
    let mut seen = BTreeSet::new();
    let places: Vec<usize> = reply
        .ranking
        .iter()
        .filter_map(|text| place(text).filter(|&place| place < count))
        .filter(|&place| seen.insert(place))
        .collect();
    if places.is_empty() {
        return Err(BadReply::NothingUsable);
    }
    Ok(places)
}

/// The place that a handle names, if it is spelled as we spell it.
fn place(text: &str) -> Option<usize> {
    let number: usize = text.strip_prefix('c')?.parse().ok()?;
    let place = number.checked_sub(1)?;
    (handle(place) == text).then_some(place)
}

/// What is between the fences, if there is one at each end.
fn without_fence(content: &str) -> &str {
    const FENCE: &str = "```";
    let inside = content
        .strip_prefix(FENCE)
        .and_then(|rest| rest.strip_suffix(FENCE));
    let Some(inside) = inside else {
        return content;
    };
    // The language, if it is named, stands between the fence and the JSON.
    inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
