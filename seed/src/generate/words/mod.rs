//! The words that a made-up market speaks with: Russian names, places, subjects and sentences.

pub(super) mod people;
pub(super) mod places;
pub(super) mod reviews;
pub(super) mod sentences;
pub(super) mod subjects;

use subjects::SubjectWords;

/// A sentence as somebody says it of a subject: of `{он|она}` the form of their gender is left, and
/// `{dative}` and `{genitive}` are the subject's.
pub(super) fn spoken(sentence: &str, is_woman: bool, subject: &SubjectWords) -> String {
    let mut said = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        said.push_str(before);
        let (choice, after) = after.split_once('}').unwrap_or((after, ""));
        said.push_str(match (choice, choice.split_once('|')) {
            ("dative", _) => subject.dative,
            ("genitive", _) => subject.genitive,
            (_, Some((his, hers))) => {
                if is_woman {
                    hers
                } else {
                    his
                }
            }
            (other, None) => other,
        });
        rest = after;
    }
    said.push_str(rest);
    said
}
