//! How words are compared: folded, split and stemmed alike for what is stored and what is asked.
//!
//! Both databases store the stems made here and none splits or stems by itself, so a search finds
//! the same rows on each. Relevance knows one row and one query and nothing of the others: rows
//! that come or go meanwhile don't reorder the pages that were already read.

use std::collections::{BTreeMap, BTreeSet};

use rust_stemmers::{Algorithm, Stemmer};

mod stop_words;

/// A longer query is cut: its further words would only cost time.
pub const MAX_QUERY_STEMS: usize = 16;
/// A longer word is cut, in characters: PostgreSQL refuses lexemes of more than 2046 bytes.
pub const MAX_STEM_CHARS: usize = 64;

/// What a query's stem adds to the relevance for the tutor's name.
pub const NAME_WEIGHT: i64 = 8;
/// As much as the name: who asks for a subject wants its tutors first.
pub const SUBJECT_WEIGHT: i64 = 8;
pub const CITY_WEIGHT: i64 = 3;
/// Least, since a bio is long and says what its author likes.
pub const BIO_WEIGHT: i64 = 1;

/// Lower case, ё as е, without stress marks and invisible characters. Folding twice changes
/// nothing more.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ё' => folded.push('е'),
            'ς' => folded.push('σ'),
            // Some systems write й as и and a breve, which is another letter and not an accent.
            '\u{306}' if folded.ends_with('и') => {
                folded.pop();
                folded.push('й');
            }
            // Combining marks (so е with a diaeresis is е as well), soft hyphen, zero-width marks.
            '\u{300}'..='\u{36f}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'
            | '\u{feff}' => {}
            _ => folded.push(c),
        }
    }
    folded
}

/// The folded words of a text: runs of letters and digits of any script.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(MAX_STEM_CHARS).collect())
        .collect()
}

/// The words joined by single blanks, to compare names of places: `Санкт-Петербург` and
/// `санкт  петербург` are alike.
#[must_use]
pub fn fold_phrase(text: &str) -> String {
    words(text).join(" ")
}

/// The stems of a text in its order, repetitions kept.
#[must_use]
pub fn stems(text: &str) -> Vec<String> {
    words(text).iter().map(|word| stem(word)).collect()
}

/// [`stems`] without the words that say nothing of the matter: `в`, `для`, `the`.
#[must_use]
pub fn content_stems(text: &str) -> Vec<String> {
    words(text)
        .iter()
        .filter(|word| !stop_words::is_stop_word(word))
        .map(|word| stem(word))
        .collect()
}

/// The stems of a stored field of a [`SearchDocument`], as [`content_stems`] gives them for its
/// text. A word that says something and has the stem of one that doesn't is left out with it:
/// which of them it was is no longer to be told.
pub fn stored_content_stems(field: &str) -> impl Iterator<Item = &str> {
    field
        .split(' ')
        .filter(|stem| !stem.is_empty() && !stop_words::is_stop_stem(stem))
}

/// The stems to look for: each once, the first [`MAX_QUERY_STEMS`]. Words that say nothing are
/// left out, unless there are no others: `репетитор по физике` needs to find neither a "по" nor a
/// "репетитор", `репетитор` does.
#[must_use]
pub fn query_stems(query: &str) -> Vec<String> {
    let content = content_stems(query);
    let mut found = content.clone();
    found.retain(|stem| !stop_words::is_of_the_trade(stem));
    if found.is_empty() {
        found = content;
    }
    if found.is_empty() {
        found = stems(query);
    }
    let mut seen = BTreeSet::new();
    found.retain(|stem| seen.insert(stem.clone()));
    found.truncate(MAX_QUERY_STEMS);
    found
}

/// The stem of a folded word. A stemmer sees only words of its own alphabet; others (`11а`,
/// `b2b`, other scripts) are kept as they are.
fn stem(word: &str) -> String {
    let algorithm = if word.chars().all(|c| matches!(c, 'а'..='я')) {
        Algorithm::Russian
    } else if word.chars().all(|c| c.is_ascii_lowercase()) {
        Algorithm::English
    } else {
        return word.to_owned();
    };
    let stemmed = Stemmer::create(algorithm).stem(word).into_owned();
    // A stem of nothing could be neither stored nor found.
    if stemmed.is_empty() {
        word.to_owned()
    } else {
        stemmed
    }
}

/// What can be found of a tutor: the stems of each field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchDocument {
    pub name: BTreeSet<String>,
    pub subjects: BTreeSet<String>,
    pub city: BTreeSet<String>,
    pub bio: BTreeSet<String>,
}

impl SearchDocument {
    /// `subjects` are the names in every language that we speak. Only pass what the public card
    /// shows: a search that finds by a hidden surname gives it away.
    #[must_use]
    pub fn new<'a>(
        name: &str,
        subjects: impl IntoIterator<Item = &'a str>,
        city: Option<&str>,
        bio: &str,
    ) -> Self {
        Self {
            name: stems(name).into_iter().collect(),
            subjects: subjects.into_iter().flat_map(stems).collect(),
            city: stems(city.unwrap_or_default()).into_iter().collect(),
            bio: stems(bio).into_iter().collect(),
        }
    }

    /// Each stem with all that it adds to the relevance. The relevance of a row is the sum of
    /// these over the query's distinct stems, so a database can store them and add them up.
    #[must_use]
    pub fn weighted_stems(&self) -> BTreeMap<&str, i64> {
        let mut weights = BTreeMap::new();
        for (field, weight) in self.fields() {
            for stem in field {
                *weights.entry(stem.as_str()).or_default() += weight;
            }
        }
        weights
    }

    fn fields(&self) -> [(&BTreeSet<String>, i64); 4] {
        [
            (&self.name, NAME_WEIGHT),
            (&self.subjects, SUBJECT_WEIGHT),
            (&self.city, CITY_WEIGHT),
            (&self.bio, BIO_WEIGHT),
        ]
    }
}

/// How well a row answers a query: every distinct stem counts once per field that has it.
#[must_use]
pub fn relevance(query_stems: &[String], document: &SearchDocument) -> i64 {
    let query: BTreeSet<&String> = query_stems.iter().collect();
    document
        .fields()
        .into_iter()
        .flat_map(|(field, weight)| query.iter().map(move |stem| (field, *stem, weight)))
        .filter(|(field, stem, _)| field.contains(*stem))
        .map(|(_, _, weight)| weight)
        .sum()
}

#[cfg(test)]
mod tests;
