//! What proxies say of a request's way: `Forwarded` (RFC 7239) and `X-Forwarded-For`. Whether they are
//! believed is another question: see [`super::TrustedProxies`].

use std::net::{IpAddr, SocketAddr};

/// What one proxy says of what it received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// Who sent it; none if the proxy hides it, or doesn't say.
    pub sender: Option<IpAddr>,
    /// In lower case.
    pub proto: Option<String>,
}

/// The hops of a `Forwarded` header, that of the nearest proxy last; none if it is malformed.
#[must_use]
pub fn forwarded(value: &str) -> Option<Vec<Hop>> {
    unquoted_parts(value, ',')?.into_iter().map(hop).collect()
}

fn hop(element: &str) -> Option<Hop> {
    let mut hop = Hop::default();
    for pair in unquoted_parts(element, ';')? {
        let pair = pair.trim();
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=')?;
        let value = unquoted(value)?;
        match name.to_ascii_lowercase().as_str() {
            "for" => hop.sender = node(&value),
            "proto" => hop.proto = Some(value.to_ascii_lowercase()),
            _ => {}
        }
    }
    Some(hop)
}

/// The parts between separators that stand in no quoted string; none if a string has no end.
fn unquoted_parts(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut begin, mut is_quoted, mut is_escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            c if c == separator && !is_quoted => {
                parts.push(text.get(begin..at)?);
                begin = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if is_quoted {
        return None;
    }
    parts.push(text.get(begin..)?);
    Some(parts)
}

/// A token as it is, or what a quoted string says.
fn unquoted(value: &str) -> Option<String> {
    let Some(quoted) = value.strip_prefix('"') else {
        return (!value.contains('"')).then(|| value.to_owned());
    };
    let quoted = quoted.strip_suffix('"')?;
    let mut said = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => said.push(chars.next()?),
            '"' => return None,
            c => said.push(c),
        }
    }
    Some(said)
}

/// The senders of an `X-Forwarded-For` header, that of the nearest proxy last; none in place of one
/// that is no address.
#[must_use]
pub fn forwarded_for(value: &str) -> Vec<Option<IpAddr>> {
    value.split(',').map(|entry| node(entry.trim())).collect()
}

/// An address, with or without a port; an IPv6 address with or without brackets.
fn node(text: &str) -> Option<IpAddr> {
    let bare = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse().ok().map(IpAddr::V6)
    };
    let found = bare().or_else(with_port).or_else(bracketed)?;
    Some(found.to_canonical())
}
