//! Phone numbers, told from years, dates, prices and lists by how their digits are grouped.

use super::{Mark, Span};

/// Between two digits of one number at most so many other characters, blanks not counted.
const MOST_BETWEEN: usize = 6;
/// So many digits are a phone number in whatever grouping, unless they are clearly something else.
const FULL_LENGTH: usize = 10;
/// So many are one without a code of town or network.
const LOCAL_LENGTH: usize = 7;
/// How local numbers are grouped.
const LOCAL_GROUPS: [&[usize]; 4] = [&[3, 2, 2], &[3, 4], &[2, 2, 3], &[2, 3, 2]];
/// Words that people put between the parts.
const BETWEEN: [&str; 6] = ["код", "тире", "дефис", "потом", "затем", "далее"];

/// A run of digits.
#[derive(Debug, Clone, Copy)]
struct Group<'a> {
    digits: &'a [char],
    start: usize,
}

impl Group<'_> {
    fn len(&self) -> usize {
        self.digits.len()
    }

    fn end(&self) -> usize {
        self.start + self.digits.len()
    }

    /// Of up to nine digits as everybody writes them.
    fn number(&self) -> Option<u32> {
        let text: String = self.digits.iter().collect();
        if text.len() <= 9 {
            text.parse().ok()
        } else {
            None
        }
    }

    fn is_year(&self) -> bool {
        self.len() == 4 && matches!(self.number(), Some(1900..=2099))
    }

    fn is_at_most(&self, most: u32) -> bool {
        self.len() <= 2 && matches!(self.number(), Some(n) if (1..=most).contains(&n))
    }
}

pub fn find(chars: &[char]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut chain: Vec<Group> = Vec::new();
    let mut is_international = false;
    for group in groups(chars) {
        let joins = chain.last().is_some_and(|last| {
            let between = chars.get(last.end()..group.start).unwrap_or_default();
            joins(between, is_international)
        });
        if !joins {
            judge(chars, &chain, is_international, &mut spans);
            chain.clear();
            is_international = plus_before(chars, group.start).is_some();
        }
        chain.push(group);
    }
    judge(chars, &chain, is_international, &mut spans);
    spans
}

fn groups(chars: &[char]) -> impl Iterator<Item = Group<'_>> {
    let mut start = 0;
    chars
        .chunk_by(|a, b| a.is_numeric() == b.is_numeric())
        .filter_map(move |run| {
            let group = Group { digits: run, start };
            start += run.len();
            run.first()?.is_numeric().then_some(group)
        })
}

/// Where the plus of an international number is, if there is one before its first digit.
fn plus_before(chars: &[char], start: usize) -> Option<usize> {
    let before = chars.get(..start)?;
    let skipped = before
        .iter()
        .rev()
        .take(2)
        .take_while(|c| " (".contains(**c));
    let place = start.checked_sub(1)?.checked_sub(skipped.count())?;
    (chars.get(place) == Some(&'+')).then_some(place)
}

/// Whether digits on both sides may be of one number.
fn joins(between: &[char], is_international: bool) -> bool {
    let is_separator = |c: char| c.is_whitespace() || "()[]{}-‐‑‒–—―−./\\|_*~=+·•'’`\"".contains(c);
    let letters: String = between
        .iter()
        .filter(|c| c.is_alphabetic())
        .flat_map(|c| c.to_lowercase())
        .collect();
    let words = letters.chars().count();
    if words > 0 && !BETWEEN.contains(&letters.as_str()) {
        return false;
    }
    let mut marks = between.iter().filter(|c| !c.is_alphabetic());
    // A list has commas and colons too, but no plus before it.
    marks.all(|c| is_separator(*c) || (is_international && ",;:".contains(*c)))
        && between.iter().filter(|c| !c.is_whitespace()).count() <= MOST_BETWEEN + words
}

/// Looks for a number in digits that belong together.
fn judge(chars: &[char], chain: &[Group], is_international: bool, spans: &mut Vec<Span>) {
    if is_international {
        if digits(chain) >= LOCAL_LENGTH {
            hide(chars, chain, spans);
        }
        return;
    }
    // Dates and spans of years part what stands around them.
    let mut rest = chain;
    let mut part = 0;
    while part < rest.len() {
        let Some(length) = dated(chars, rest.get(part..).unwrap_or_default()) else {
            part += 1;
            continue;
        };
        judge_part(chars, rest.get(..part).unwrap_or_default(), spans);
        rest = rest.get(part + length..).unwrap_or_default();
        part = 0;
    }
    judge_part(chars, rest, spans);
}

/// How many groups from the first on are a date (`01.09.2015`) or a span of years (`2015–2020`).
fn dated(chars: &[char], groups: &[Group]) -> Option<usize> {
    let between = |a: &Group, b: &Group| chars.get(a.end()..b.start).unwrap_or_default();
    match groups {
        [day, month, year, ..]
            if day.is_at_most(31)
                && month.is_at_most(12)
                && year.is_year()
                && matches!(between(day, month), ['.' | '/' | '-'])
                && between(day, month) == between(month, year) =>
        {
            Some(3)
        }
        [from, to, ..] if from.is_year() && to.is_year() && is_dash(between(from, to)) => Some(2),
        _ => None,
    }
}

fn is_dash(between: &[char]) -> bool {
    let mut marks = between.iter().filter(|c| !c.is_whitespace());
    marks.next().is_some_and(|c| "-‐‑‒–—―−/".contains(*c)) && marks.next().is_none()
}

fn judge_part(chars: &[char], chain: &[Group], spans: &mut Vec<Span>) {
    let is_phone = match digits(chain) {
        FULL_LENGTH.. => !is_years(chain) && !is_prices(chars, chain) && !is_count(chain),
        LOCAL_LENGTH.. => is_local(chain),
        _ => false,
    };
    if is_phone {
        hide(chars, chain, spans);
    }
}

fn digits(chain: &[Group]) -> usize {
    chain.iter().map(Group::len).sum()
}

fn is_years(chain: &[Group]) -> bool {
    chain.iter().all(Group::is_year)
}

/// `10 000 – 15 000`: round sums, their thousands apart or not.
fn is_prices(chars: &[char], chain: &[Group]) -> bool {
    let mut sums: Vec<Vec<char>> = Vec::new();
    let mut last: Option<Group> = None;
    for group in chain {
        let follows_blank =
            last.is_some_and(|last| chars.get(last.end()..group.start) == Some(&[' ']));
        let is_first_three = last.is_none_or(|last| last.len() > 3);
        match sums.last_mut() {
            Some(sum) if follows_blank && group.len() == 3 && !is_first_three => {
                sum.extend(group.digits);
            }
            _ => sums.push(group.digits.to_vec()),
        }
        last = Some(*group);
    }
    sums.iter().all(|sum| {
        (3..=6).contains(&sum.len()) && (sum.ends_with(&['0', '0']) || sum.ends_with(&['5', '0']))
    })
}

/// `5 6 7 8 9 10 11`.
fn is_count(chain: &[Group]) -> bool {
    chain.len() > 2
        && chain.is_sorted_by(|a, b| match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.checked_add(1) == Some(b),
            _ => false,
        })
}

fn is_local(chain: &[Group]) -> bool {
    let lengths: Vec<usize> = chain.iter().map(Group::len).collect();
    match chain {
        [_] => true,
        // `100 2015` is a mark and its year.
        [_, year] if year.is_year() => false,
        _ => LOCAL_GROUPS.contains(&lengths.as_slice()),
    }
}

fn hide(chars: &[char], chain: &[Group], spans: &mut Vec<Span>) {
    if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
        let bracket = first
            .start
            .checked_sub(1)
            .filter(|before| chars.get(*before) == Some(&'('));
        spans.push(Span {
            start: plus_before(chars, first.start)
                .or(bracket)
                .unwrap_or(first.start),
            end: last.end(),
            mark: Mark::Phone,
        });
    }
}
