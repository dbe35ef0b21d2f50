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
    let mut run = HostRun::default();
    let starts = (0..chars.len()).filter_map(|place| Some((place, at_length(chars, place)?)));
    starts
        .filter_map(|(at, length)| around(chars, at, length, &mut run))
        .collect()
}

/// How long the @ is that begins here, if one does.
fn at_length(chars: &[char], place: usize) -> Option<usize> {
    let rest = chars.get(place..)?;
    // Hardly any character begins one: it is looked at once, not once for each.
    let first = rest.first()?.to_lowercase().next()?;
    let begin_so = AT
        .iter()
        .filter(|at| at.chars().next().is_some_and(|c| c == first));
    begin_so
        .map(|at| (at, at.chars().count()))
        .find_map(|(at, length)| {
            let written = rest.get(..length)?;
            let is_at = at
                .chars()
                .zip(written)
                .all(|(expected, c)| c.to_lowercase().eq([expected]));
            is_at.then_some(length)
        })
}

fn around(chars: &[char], at: usize, length: usize, run: &mut HostRun) -> Option<Span> {
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
    let host_start = at + length + right_blanks;
    if !(run.start..run.end).contains(&host_start) {
        *run = HostRun::new(chars, host_start);
    }
    let host = run.length_from(host_start);
    let is_adjacent = left_blanks == 0 && right_blanks == 0 && !is_written_out;
    let local = if is_adjacent {
        local().take_while(|c| is_local(**c)).count()
    } else if run.has_stop_from(host_start) {
        // Apart from its @ only what can't be a word of the sentence is taken for an address.
        local().take_while(|c| is_plain_local(**c)).count()
    } else {
        0
    };
    if local > 0 && host > 0 {
        return Some(Span {
            start: at.saturating_sub(left_blanks).saturating_sub(local),
            end: host_start + host,
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

/// Characters that can be a host's or a handle's, as far as they go. Read once for every @ within
/// them: `собакасобака…` is one such run, and each собака begins another host.
#[derive(Debug, Default)]
struct HostRun {
    start: usize,
    end: usize,
    /// Where a host in it ends: a full stop or hyphen at the end is the sentence's.
    host_end: usize,
    /// The last full stop before that.
    last_stop: Option<usize>,
}

impl HostRun {
    fn new(chars: &[char], start: usize) -> Self {
        let mut run = Self {
            start,
            end: start,
            host_end: start,
            last_stop: None,
        };
        let mut stop = None;
        for c in chars.iter().skip(start).take_while(|c| is_host(**c)) {
            match c {
                '.' => stop = Some(run.end),
                '-' => {}
                _ => {
                    run.host_end = run.end + 1;
                    run.last_stop = stop;
                }
            }
            run.end += 1;
        }
        run
    }

    fn length_from(&self, start: usize) -> usize {
        self.host_end.saturating_sub(start)
    }

    fn has_stop_from(&self, start: usize) -> bool {
        self.last_stop.is_some_and(|stop| stop >= start)
    }
}

fn is_host(c: char) -> bool {
    matches!(c, '.' | '-' | '_') || c.is_alphanumeric()
}

fn is_local(c: char) -> bool {
    !c.is_whitespace() && !is_stand_in(c) && !"@<>()[]{},;:\"«»".contains(c)
}

fn is_plain_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._+-".contains(c)
}
