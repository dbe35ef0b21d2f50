//! The words that the made-up market speaks with.

pub(super) mod levels;
pub(super) mod small_talk;
pub(super) mod subjects;

use subjects::Subject;

/// A sentence as it is said of a subject.
pub(super) fn spoken(sentence: &str, subject: &Subject) -> String {
    sentence
        .replace("{name}", &subject.name.to_lowercase())
        .replace("{dative}", subject.dative)
        .replace("{genitive}", subject.genitive)
}
