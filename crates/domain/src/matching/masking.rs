//! What tells who somebody is, replaced by marks before a text leaves for a model.
//!
//! Shapes decide, not meanings: better to hide a number too many than to let a phone go. What is
//! written in words on purpose ("восемь девятьсот…", "точка ру"), transliterated or as a picture is
//! beyond it.

use super::plain_text::plain_text;

mod addresses;
mod links;
mod names;
mod phones;

/// What is hidden may have kept its neighbour from being recognised, so the text is looked at again:
/// hardly ever more than twice.
const MOST_LOOKS: usize = 6;

/// What is recognised by several words together (a number in groups, an address apart from its @) is
/// shorter than this with single blanks, as long as what is written is not yet enough of it. So when
/// a text was cut at a blank, half of such a thing is among its last characters, if anywhere.
pub(super) const LONGEST_IN_WORDS: usize = 200;

/// What is hidden, the weightiest first: what is two things at once is called by the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Email,
    Phone,
    Link,
    Name,
}

impl Mark {
    const ALL: [Self; 4] = [Self::Email, Self::Phone, Self::Link, Self::Name];

    fn text(self) -> &'static str {
        match self {
            Self::Email => "[почта]",
            Self::Phone => "[телефон]",
            Self::Link => "[ссылка]",
            Self::Name => "[имя]",
        }
    }

    /// Stands for the mark while we look: no letter, no blank, and in no plain text.
    fn stand_in(self) -> char {
        match self {
            Self::Email => '\u{fdd0}',
            Self::Phone => '\u{fdd1}',
            Self::Link => '\u{fdd2}',
            Self::Name => '\u{fdd3}',
        }
    }
}

/// Whether the character stands for a mark of an earlier masking.
fn is_stand_in(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdd3}')
}

/// Something to hide, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    mark: Mark,
}

/// The text as [plain text](plain_text), with `[почта]` in the place of every e-mail address,
/// `[телефон]` of phone numbers, `[ссылка]` of links, bare domains and @handles, and `[имя]` of the
/// names of `people` in any Russian case. Masking twice changes nothing more.
#[must_use]
pub fn mask(text: &str, people: &[&str]) -> String {
    let mut text = plain_text(text);
    for mark in Mark::ALL {
        text = text.replace(mark.text(), mark.stand_in().encode_utf8(&mut [0; 4]));
    }
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..MOST_LOOKS {
        let spans = find(&chars, people);
        if spans.is_empty() {
            break;
        }
        chars = hide(&chars, merge(spans));
    }
    with_marks(&chars)
}

fn find(chars: &[char], people: &[&str]) -> Vec<Span> {
    let mut spans = addresses::find(chars);
    spans.extend(links::find(chars));
    spans.extend(phones::find(chars));
    spans.extend(names::find(chars, people));
    spans
}

/// The spans in their order, those that overlap as one.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.start);
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => {
                last.end = last.end.max(span.end);
                last.mark = last.mark.min(span.mark);
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// The text with a stand-in for each span.
fn hide(chars: &[char], spans: Vec<Span>) -> Vec<char> {
    let mut hidden = Vec::with_capacity(chars.len());
    let mut copied = 0;
    for span in spans {
        hidden.extend(chars.get(copied..span.start).unwrap_or_default());
        hidden.push(span.mark.stand_in());
        copied = span.end;
    }
    hidden.extend(chars.get(copied..).unwrap_or_default());
    hidden
}

fn with_marks(chars: &[char]) -> String {
    let mut text = String::with_capacity(chars.len());
    for &c in chars {
        match Mark::ALL.into_iter().find(|mark| mark.stand_in() == c) {
            Some(mark) => text.push_str(mark.text()),
            None => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
