//! Links, with a scheme and without, and bare domains.

use super::{Mark, Span, is_stand_in};

/// The ends of domains that people put into such texts. The list of all has words among them that a
/// missing blank after a full stop would make links of.
const ENDS: [&str; 64] = [
    "academy",
    "ai",
    "am",
    "app",
    "az",
    "be",
    "bio",
    "biz",
    "blog",
    "by",
    "cc",
    "ch",
    "click",
    "club",
    "co",
    "com",
    "community",
    "cz",
    "de",
    "dev",
    "edu",
    "ee",
    "es",
    "eu",
    "expert",
    "fm",
    "fr",
    "ge",
    "gg",
    "gl",
    "il",
    "info",
    "io",
    "it",
    "kg",
    "kz",
    "link",
    "live",
    "lt",
    "lv",
    "ly",
    "md",
    "me",
    "mobi",
    "name",
    "net",
    "online",
    "org",
    "page",
    "pl",
    "pro",
    "ru",
    "school",
    "site",
    "space",
    "store",
    "su",
    "to",
    "tv",
    "ua",
    "uk",
    "us",
    "uz",
    "xyz",
];
/// Ends in Cyrillic that are no words.
const CYRILLIC_ENDS: [&str; 2] = ["рф", "рус"];

pub fn find(chars: &[char]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    // Whatever can't be within a link parts the text.
    for piece in chars
        .split(|c| c.is_whitespace() || is_stand_in(*c) || matches!(c, '<' | '>' | '"' | '«' | '»'))
    {
        in_piece(piece, start, &mut spans);
        start += piece.len() + 1;
    }
    spans
}

fn in_piece(piece: &[char], offset: usize, spans: &mut Vec<Span>) {
    let link = |start: usize, end: usize| Span {
        start: offset + start,
        end: offset + end,
        mark: Mark::Link,
    };
    let end = piece.len() - trailing(piece, |c| ".,;:!?)]}'…".contains(c));
    let colon = piece.windows(3).position(|three| three == [':', '/', '/']);
    let scheme_start = colon.map(|colon| {
        let before = piece.get(..colon).unwrap_or_default();
        colon - trailing(before, |c| c.is_alphanumeric() || "+-.".contains(c))
    });
    if let (Some(colon), Some(start)) = (colon, scheme_start) {
        spans.push(link(start, end.max(colon + 3)));
    }
    // Before the scheme there may be another link, within it there is none.
    let piece = piece
        .get(..scheme_start.unwrap_or(piece.len()))
        .unwrap_or_default();
    let mut start = 0;
    for run in piece.split(|c| !is_host(*c)) {
        let next = start + run.len();
        if let Some(length) = domain_length(run, piece.get(next).copied()) {
            let has_path =
                length == run.len() && piece.get(next).is_some_and(|c| "/?#:".contains(*c));
            if has_path {
                spans.push(link(start, end.max(next)));
                return;
            }
            spans.push(link(start, start + length));
        }
        start = next + 1;
    }
}

fn trailing(chars: &[char], is_so: impl Fn(char) -> bool) -> usize {
    chars.iter().rev().take_while(|c| is_so(**c)).count()
}

fn is_host(c: char) -> bool {
    matches!(c, '.' | '-' | '_') || c.is_alphanumeric()
}

/// How much of a run of host characters is a domain, from its start on.
fn domain_length(run: &[char], next: Option<char>) -> Option<usize> {
    let mut found = None;
    let mut start = 0;
    let mut is_first = true;
    let mut is_www = false;
    for label in run.split(|c| *c == '.') {
        let end = start + label.len();
        let text: String = label.iter().flat_map(|c| c.to_lowercase()).collect();
        // The next sentence may begin without a blank: `site.ruПишите`.
        let ascii: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
        let leads_to_path = next == Some('/') && end == run.len() && is_letters(&text);
        if is_first {
            is_www = text == "www";
        } else if text.is_empty() {
            // Two full stops are no domain's.
        } else if is_end(&text) || is_www || leads_to_path {
            found = Some(end);
        } else if is_end(&ascii) {
            found = Some(start + ascii.len());
        }
        // A leading full stop is no label.
        is_first = is_first && label.is_empty();
        start = end + 1;
    }
    found
}

fn is_end(label: &str) -> bool {
    label.starts_with("xn--")
        || ENDS.binary_search(&label).is_ok()
        || CYRILLIC_ENDS.contains(&label)
}

fn is_letters(label: &str) -> bool {
    label.len() >= 2 && label.chars().all(|c| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_can_be_searched_by_halves() {
        assert!(ENDS.is_sorted());
    }
}
