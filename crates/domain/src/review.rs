//! Reviews: what a student says of a completed lesson, and the rating that comes of them.

use crate::order::optional_text;
use crate::validation::{Violations, text, within};

/// A review, checked.
#[derive(Debug, Clone)]
pub struct NewReview {
    /// 1 to 5.
    pub rating: i64,
    pub text: Option<String>,
}

impl NewReview {
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(rating: i64, words: Option<&str>) -> Result<Self, Violations> {
        let mut wrong = Violations::default();
        let rating = wrong.take("/rating", within(rating, 1, 5));
        let text = wrong.take("/text", optional_text(words, 2_000));
        match (rating, text) {
            (Some(rating), Some(text)) => Ok(Self { rating, text }),
            _ => Err(wrong),
        }
    }
}

/// A tutor's answer to a review, checked.
///
/// # Errors
/// What is wrong with it.
pub fn parse_reply(reply: &str) -> Result<String, Violations> {
    text(reply, 1, 2_000).map_err(|problem| Violations::one("/text", problem))
}

/// A mean in thousandths as it is shown: in hundredths, rounded half up.
#[must_use]
pub fn shown_hundredths(rating_milli: i64) -> i64 {
    (rating_milli + 5) / 10
}

/// The least mean in thousandths that is shown as so many hundredths.
#[must_use]
pub fn shown_from(hundredths: i64) -> i64 {
    (hundredths * 10 - 5).max(0)
}

/// The mean in thousandths, rounded half up; 0 without reviews.
#[must_use]
pub fn rating_milli(sum: i64, count: i64) -> i64 {
    if count <= 0 {
        0
    } else {
        (sum * 1_000 + count / 2) / count
    }
}
