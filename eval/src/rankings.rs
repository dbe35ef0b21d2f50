//! What is compared: each ranking by the score that it goes by.

use domain::matching::Contributions;

use crate::judged::Judged;

/// Greater is better.
type Score = fn(&Judged) -> f64;
type Rest = fn(&Contributions) -> f64;

pub(crate) const BY_RATING: (&str, Score) = ("by rating", |c| c.by_rating);
pub(crate) const OLD_PLATFORM: (&str, Score) = ("old platform", |c| c.old_platform);
pub(crate) const RULES: (&str, Score) = ("ours, `rules`", |c| c.rules.total());
pub(crate) const SEMANTIC: (&str, Score) = ("ours, `semantic`", |c| c.semantic.total());
/// The best that anybody could do who doesn't foresee luck.
pub(crate) const ALL_BUT_LUCK: (&str, Score) = ("all but luck known", |c| c.expected_success);
pub(crate) const IDEAL: (&str, Score) = ("ideal", |c| f64::from(c.gain));

/// A feature, and what is left of a score without it. Dividing the rest up among the others would
/// change no place.
pub(crate) const FEATURES: [(&str, Rest); 7] = [
    ("relevance", |c| c.total() - c.relevance),
    ("price", |c| c.total() - c.price),
    ("rating", |c| c.total() - c.rating),
    ("experience", |c| c.total() - c.experience),
    ("availability", |c| c.total() - c.availability),
    ("location", |c| c.total() - c.location),
    ("premium_boost", |c| c.total() - c.premium_boost),
];
