//! What may leave for a model, and nothing else does: free text masked, cleaned and cut, numbers,
//! subjects. No id, no name, no address.
//!
//! The same words always give the same text, so its hash says whether it was embedded before.

use std::collections::BTreeSet;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::{
    masking::{LONGEST_IN_WORDS, mask},
    reply::handle,
};
use crate::lesson_format::LessonFormat;

/// A text to be embedded is cut to so many characters: far below what a model takes, and enough to
/// tell what somebody teaches.
pub const MAX_TEXT_CHARS: usize = 2_000;
/// A bio shown for a rerank is cut to so many characters: twenty of them are one question.
pub const MAX_ABOUT_CHARS: usize = 600;
/// What is masked is so many times as long as what is shown: marks are shorter than what they hide,
/// and a text of any length must not cost more.
const MASKED_TO_SHOWN: usize = 3;

/// Whose names are hidden in their own texts.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
}

/// What is embedded of an order by the student `person`.
#[must_use]
pub fn order_text(
    title: &str,
    description: &str,
    goal: Option<&str>,
    subject_name: &str,
    person: &Person,
) -> String {
    let own_words = [title, description, goal.unwrap_or_default()].join("\n");
    text_of(subject_name, &own_words, person)
}

/// What is embedded of the tutor `person`.
#[must_use]
pub fn tutor_text(bio: &str, subject_names: &[&str], person: &Person) -> String {
    text_of(&subject_names.join(", "), bio, person)
}

/// Subjects are named by us, so a tutor whose name is that of a subject still teaches it.
fn text_of(subjects: &str, own_words: &str, person: &Person) -> String {
    let own_words = free_text(own_words, person, MAX_TEXT_CHARS);
    cut(&format!("{subjects}. {own_words}"), MAX_TEXT_CHARS)
}

/// What a model is told of a tutor to be ranked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CandidateData {
    pub handle: String,
    pub subjects: Vec<String>,
    pub experience_years: i64,
    /// Whole roubles.
    pub hourly_rate: i64,
    /// The mean to one decimal; none without reviews.
    pub rating: Option<f64>,
    pub rating_count: i64,
    pub formats: BTreeSet<LessonFormat>,
    /// The tutor's own words.
    pub about: String,
}

/// What [`candidate_data`] is made of.
#[derive(Debug, Clone)]
pub struct TutorCard<'a> {
    pub person: Person<'a>,
    pub subject_names: &'a [&'a str],
    pub experience_years: i64,
    /// Minor units.
    pub hourly_rate: i64,
    pub rating_sum: i64,
    pub rating_count: i64,
    pub formats: &'a BTreeSet<LessonFormat>,
    pub bio: &'a str,
}

/// The candidate at a place of our order, without anything that tells who it is.
#[must_use]
pub fn candidate_data(place: usize, tutor: &TutorCard) -> CandidateData {
    CandidateData {
        handle: handle(place),
        subjects: owned(tutor.subject_names),
        experience_years: tutor.experience_years,
        hourly_rate: roubles(tutor.hourly_rate),
        rating: mean(tutor.rating_sum, tutor.rating_count),
        rating_count: tutor.rating_count,
        formats: tutor.formats.clone(),
        about: free_text(tutor.bio, &tutor.person, MAX_ABOUT_CHARS),
    }
}

/// What a model is told of an order to rank for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderData {
    pub subject: String,
    pub title: String,
    pub description: String,
    pub goal: Option<String>,
    /// Whole roubles.
    pub budget_max: i64,
    pub formats: BTreeSet<LessonFormat>,
}

/// What [`order_data`] is made of.
#[derive(Debug, Clone)]
pub struct OrderCard<'a> {
    /// The student.
    pub person: Person<'a>,
    pub subject_name: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    pub goal: Option<&'a str>,
    /// Minor units.
    pub budget_max: i64,
    pub formats: &'a BTreeSet<LessonFormat>,
}

/// The order without anything that tells whose it is.
#[must_use]
pub fn order_data(order: &OrderCard) -> OrderData {
    let free_text = |text: &str| free_text(text, &order.person, MAX_TEXT_CHARS);
    OrderData {
        subject: order.subject_name.to_owned(),
        title: free_text(order.title),
        description: free_text(order.description),
        goal: order.goal.map(free_text),
        budget_max: roubles(order.budget_max),
        formats: order.formats.clone(),
    }
}

/// Somebody's own words: plain, masked, with single blanks, at most so many characters. Masked
/// before it is cut, since half a phone number doesn't look like one.
fn free_text(text: &str, person: &Person, most_chars: usize) -> String {
    let (text, is_whole) = beginning(text, most_chars.saturating_mul(MASKED_TO_SHOWN));
    let masked = mask(&text, &[person.first_name, person.last_name]);
    let words: Vec<&str> = masked.split_whitespace().collect();
    let shown = words.join(" ");
    if is_whole {
        return cut(&shown, most_chars);
    }
    // The marks may have made it so short that its end would be shown.
    let before_end = shown.chars().count().saturating_sub(LONGEST_IN_WORDS);
    cut(&shown, most_chars.min(before_end))
}

/// At most so many characters of a text that end at a blank, if it has one, and whether that is the
/// whole text. A ligature may stand for eighteen characters, so those are counted which will be
/// looked at.
fn beginning(text: &str, most_chars: usize) -> (String, bool) {
    let mut raw = text.trim().chars();
    let mut seen = raw.by_ref().take(most_chars).nfkc();
    let mut beginning: String = seen.by_ref().take(most_chars).collect();
    let is_whole = seen.next().is_none() && raw.next().is_none();
    if !is_whole && let Some(blank) = beginning.rfind(char::is_whitespace) {
        beginning.truncate(blank);
    }
    (beginning, is_whole)
}

fn cut(text: &str, most_chars: usize) -> String {
    let cut: String = text.chars().take(most_chars).collect();
    cut.trim_end().to_owned()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn roubles(minor: i64) -> i64 {
    minor / 100
}

fn mean(sum: i64, count: i64) -> Option<f64> {
    let tenths = sum.checked_mul(10)?.checked_div(count)?;
    let tenths = i32::try_from(tenths).ok()?;
    (count > 0).then(|| f64::from(tenths) / 10.0)
}

#[cfg(test)]
mod tests;
