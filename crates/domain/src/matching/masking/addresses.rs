//! E-mail addresses and @handles: whatever stands around an @, or around what people write for it.

use super::{Mark, Span, is_stand_in};

/// What is written in the place of an @ to be found by people only.
const AT: [&str; 7] = [
    "@",
    "(at)",
    "[at]",
    "{at}",
    "(собака)",
    "[собака]",
    "собака",
];

pub fn find(chars: &[char]) -> Vec<Span> {
    let starts = (0..chars.len()).filter_map(|place| Some((place, at_length(chars, place)?)));
    starts
        .filter_map(|(at, length)| around(chars, at, length))
        .collect()
}

/// How long the @ is that begins here, if one does.
fn at_length(chars: &[char], place: usize) -> Option<usize> {
    let rest = chars.get(place..)?;
    AT.iter().find_map(|at| {
        let mut length = 0;
        for (expected, &c) in at.chars().zip(rest) {
            if !c.to_lowercase().eq([expected]) {
                return None;
            }
            length += 1;
        }
        (length == at.chars().count()).then_some(length)
    })
}

fn around(chars: &[char], at: usize, length: usize) -> Option<Span> {
    let before = chars.get(..at)?;
    let after = chars.get(at.saturating_add(length)..)?;
    let is_written_out = length > 1;
    let left_blanks = before
        .iter()
        .rev()
        .take_while(|c| c.is_whitespace())
        .count();
    let right_blanks = after.iter().take_while(|c| c.is_whitespace()).count();
    let local = || before.iter().rev().skip(left_blanks);
    let host = host(after.get(right_blanks..)?);
    let host_chars = after.iter().skip(right_blanks).take(host);
    let is_adjacent = left_blanks == 0 && right_blanks == 0 && !is_written_out;
    let local = if is_adjacent {
        local().take_while(|c| is_local(**c)).count()
    } else if host_chars.clone().any(|c| *c == '.') {
        // Apart from its @ only what can't be a word of the sentence is taken for an address.
        local().take_while(|c| is_plain_local(**c)).count()
    } else {
        0
    };
    if local > 0 && host > 0 {
        return Some(Span {
            start: at.saturating_sub(left_blanks).saturating_sub(local),
            end: at + length + right_blanks + host,
            mark: Mark::Email,
        });
    }
    let is_handle = !is_written_out && right_blanks == 0 && host > 0;
    is_handle.then(|| handle_span(at, length, host))
}

fn handle_span(at: usize, length: usize, handle: usize) -> Span {
    Span {
        start: at,
        end: at + length + handle,
        mark: Mark::Link,
    }
}

/// How many characters from the start on can be a host or a handle; a full stop or hyphen at the
/// end is the sentence's.
fn host(chars: &[char]) -> usize {
    let is_host = |c: &&char| c.is_alphanumeric() || ".-_".contains(**c);
    let length = chars.iter().take_while(is_host).count();
    let host = chars.get(..length).unwrap_or_default();
    let trailing = host.iter().rev().take_while(|c| ".-".contains(**c));
    length.saturating_sub(trailing.count())
}

fn is_local(c: char) -> bool {
    !c.is_whitespace() && !is_stand_in(c) && !"@<>()[]{},;:\"«»".contains(c)
}

fn is_plain_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._+-".contains(c)
}
