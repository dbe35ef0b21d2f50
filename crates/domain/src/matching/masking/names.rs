//! The names of people whom we know, in whatever case and however disguised.
//!
//! A word is taken for a name if its stem is the name's, or if it is the name with another ending.
//! The stemmer alone takes the "ов" of Иванов for an ending in one case and not in the other.

use super::{Mark, Span, plain_text};
use crate::search;

/// What names end in, in all their cases and numbers.
const ENDINGS: [&str; 24] = [
    "", "а", "ам", "ами", "ах", "е", "ей", "ем", "ею", "и", "й", "о", "ой", "ом", "ою", "у", "ы",
    "ым", "ь", "ье", "ьи", "ью", "ю", "я",
];
/// What those end in besides that are declined like adjectives, be it in some cases only.
const ADJECTIVE_ENDINGS: [&str; 19] = [
    "ая", "его", "ему", "ие", "ием", "ии", "ий", "им", "ими", "их", "ию", "ия", "ого", "ому", "ую",
    "ый", "ыми", "ых", "ые",
];
/// The last letters of bases that are declined so.
const ADJECTIVE_BASES: [&str; 6] = ["ов", "ев", "ин", "ын", "ск", "цк"];
/// Shorter stems are those of many a word that is no name.
const SHORTEST_STEM: usize = 4;
/// Shorter names are not declined like adjectives, whatever they end in.
const LONG: usize = 5;
/// Shorter bases would be found in particles and pronouns.
const SHORTEST_BASE: usize = 2;

/// A word of somebody's name, made ready to be looked for.
struct Name {
    folded: String,
    stem: String,
    /// What stays the same in all cases. Two, if a vowel comes and goes: Павел, Павла.
    bases: Vec<String>,
    is_adjective: bool,
}

pub fn find(chars: &[char], people: &[&str]) -> Vec<Span> {
    let names: Vec<Name> = people
        .iter()
        .flat_map(|person| search::words(&plain_text(person)))
        .map(|word| Name::new(&word))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let mut start = 0;
    let mut spans = Vec::new();
    for run in chars.chunk_by(|a, b| a.is_alphanumeric() == b.is_alphanumeric()) {
        let end = start + run.len();
        if run.first().is_some_and(|c| c.is_alphanumeric()) {
            let word = without_numbers(run, start);
            if names_somebody(word.0, &names) {
                spans.push(word.span());
            } else {
                in_parts(&word, &names, &mut spans);
            }
        }
        start = end;
    }
    spans
}

/// Letters, and where they begin.
struct Word<'a>(&'a [char], usize);

impl Word<'_> {
    fn span(&self) -> Span {
        Span {
            start: self.1,
            end: self.1 + self.0.len(),
            mark: Mark::Name,
        }
    }
}

/// A number that got stuck to a name is no part of it; one inside may stand for a letter.
fn without_numbers(run: &[char], start: usize) -> Word<'_> {
    let is_number = |c: &&char| c.is_numeric();
    let before = run.iter().take_while(is_number).count();
    let rest = run.get(before..).unwrap_or_default();
    let after = rest.iter().rev().take_while(is_number).count();
    let letters = rest.get(..rest.len() - after).unwrap_or_default();
    Word(letters, start + before)
}

/// A name that got stuck to a word of another script or to a number: `anna.ruИванов`.
fn in_parts(word: &Word, names: &[Name], spans: &mut Vec<Span>) {
    let script = |c: char| (c.is_numeric(), c.is_ascii());
    let mut start = word.1;
    for part in word.0.chunk_by(|a, b| script(*a) == script(*b)) {
        let part = Word(part, start);
        start += part.0.len();
        if part.0.len() < word.0.len() && names_somebody(part.0, names) {
            spans.push(part.span());
        }
    }
}

fn names_somebody(word: &[char], names: &[Name]) -> bool {
    let text: String = word.iter().collect();
    let is_capital = text.starts_with(char::is_uppercase);
    let folded = look_alike(&text);
    // A form of a name begins as the name does, and few words need to be stemmed to tell.
    let mut alike = names
        .iter()
        .filter(|name| name.folded.chars().next() == folded.chars().next())
        .peekable();
    if alike.peek().is_none() {
        return false;
    }
    let stem = stem(&folded);
    alike.any(|name| name.is(&folded, &stem, is_capital))
}

impl Name {
    fn new(word: &str) -> Self {
        let folded = look_alike(word);
        let is_long = folded.chars().count() >= LONG;
        let (base, has_adjective_ending) = base(&folded);
        let is_adjective =
            has_adjective_ending || ADJECTIVE_BASES.iter().any(|last| base.ends_with(last));
        let mut bases = vec![base];
        bases.extend(without_fleeting_vowel(&folded));
        bases.retain(|base| base.chars().count() >= SHORTEST_BASE);
        Self {
            stem: stem(&folded),
            folded,
            bases,
            // Лев ends so too, and левый is no form of it.
            is_adjective: is_adjective && is_long,
        }
    }

    fn is(&self, folded: &str, stem: &str, is_capital: bool) -> bool {
        if self.folded == folded {
            // A short one may be a word as well: Ли.
            return is_capital || self.folded.chars().count() > 2;
        }
        let by_stem = self.stem == stem && stem.chars().count() >= SHORTEST_STEM;
        let has_ending = |base: &String| {
            let ending = folded.strip_prefix(base.as_str());
            ending.is_some_and(|ending| {
                ENDINGS.contains(&ending)
                    || (self.is_adjective && ADJECTIVE_ENDINGS.contains(&ending))
            })
        };
        by_stem || self.bases.iter().any(has_ending)
    }
}

fn stem(folded: &str) -> String {
    search::stems(folded).concat()
}

/// A folded name without its ending, and whether that was an adjective's.
fn base(folded: &str) -> (String, bool) {
    let mut endings = ["ий", "ый", "ой", "ая", "яя"].iter();
    let adjective = endings.find_map(|ending| folded.strip_suffix(ending));
    match adjective {
        Some(base) if folded.chars().count() >= LONG => (base.to_owned(), true),
        _ => {
            let vowels = ['а', 'е', 'и', 'й', 'о', 'у', 'ы', 'ь', 'ю', 'я'];
            let base = folded.strip_suffix(vowels).unwrap_or(folded);
            (base.to_owned(), false)
        }
    }
}

/// `павл` of Павел, `льв` of Лев.
fn without_fleeting_vowel(folded: &str) -> Option<String> {
    let mut rest = folded.chars();
    let last = rest.next_back().filter(|c| !"аеийоуыьюяэ".contains(*c))?;
    rest.next_back().filter(|c| "ео".contains(*c))?;
    let mut base = rest.as_str().to_owned();
    if base.ends_with('л') {
        base.push('ь');
    }
    base.push(last);
    Some(base)
}

/// Folded, with letters and digits that look like a Cyrillic letter as that letter. Names are
/// compared so on both sides: a name in Latin letters finds itself as well.
fn look_alike(text: &str) -> String {
    let mut folded: String = search::fold(text).chars().map(cyrillic).collect();
    // Folding looks at й written as two characters, which plain text has not.
    folded.retain(char::is_alphanumeric);
    folded
}

fn cyrillic(c: char) -> char {
    match c {
        'a' | 'α' => 'а',
        'b' | 'β' | 'ν' => 'в',
        'c' | 'ϲ' => 'с',
        'e' | 'ε' | 'є' => 'е',
        'h' | 'η' => 'н',
        'i' | 'u' | 'і' | 'ι' => 'и',
        'k' | 'κ' => 'к',
        'm' | 'μ' => 'м',
        'n' => 'п',
        'o' | 'ο' | '0' => 'о',
        'p' | 'ρ' => 'р',
        'r' => 'г',
        't' | 'τ' => 'т',
        'x' | 'χ' => 'х',
        'y' | 'υ' => 'у',
        '3' => 'з',
        '4' => 'ч',
        '6' => 'б',
        other => other,
    }
}
