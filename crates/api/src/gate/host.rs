//! The name that a request was sent to (RFC 9110, section 7.2), and the names that are ours.

use std::fmt;
use std::net::Ipv6Addr;

/// A host as a `Host` header names it, with its port if it names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// In lower case, without the dot of the root; an IPv6 address in its shortest form, in brackets.
    pub host: String,
    pub port: Option<u16>,
}

impl Authority {
    /// None for what names no host: user information, a path, blanks, a port that is none.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let (host, rest) = match raw.strip_prefix('[') {
            Some(bracketed) => {
                let (address, rest) = bracketed.split_once(']')?;
                let address: Ipv6Addr = address.parse().ok()?;
                (format!("[{address}]"), rest)
            }
            None => {
                let end = raw.find(':').unwrap_or(raw.len());
                let (name, rest) = raw.split_at_checked(end)?;
                (registered_name(name)?, rest)
            }
        };
        let port = match rest.strip_prefix(':') {
            None if rest.is_empty() => None,
            None => return None,
            // RFC 3986, section 3.2.3: a colon may stand without digits.
            Some("") => None,
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(port.parse().ok()?)
            }
            Some(_) => return None,
        };
        Some(Self { host, port })
    }
}

/// A name in the one form in which names are compared.
fn registered_name(raw: &str) -> Option<String> {
    const LONGEST: usize = 253;
    let name = raw.strip_suffix('.').unwrap_or(raw).to_ascii_lowercase();
    let is_name = name.len() <= LONGEST
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    is_name.then_some(name)
}

/// One name that is ours, or all below one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Any,
    Exactly(String),
    /// The name and everything below it.
    Below(String),
}

/// The names that the API answers to; none at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Pattern>);

/// What stands in a list of hosts and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoHost;

impl fmt::Display for NoHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be names such as api.example.org, .example.org (it and all below it) or [::1], without a port")
    }
}

impl AllowedHosts {
    /// `*`, names, IP addresses, and `.name` for a name and all below it.
    ///
    /// # Errors
    /// One of them is none of these.
    pub fn parse<'a>(raw: impl IntoIterator<Item = &'a str>) -> Result<Self, NoHost> {
        let patterns: Result<Vec<Pattern>, NoHost> = raw.into_iter().map(pattern).collect();
        patterns.map(Self)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any name at all will do.
    #[must_use]
    pub fn allows_any(&self) -> bool {
        self.0.contains(&Pattern::Any)
    }

    /// Whether a name is ours, whatever its port.
    #[must_use]
    pub fn allows(&self, authority: &Authority) -> bool {
        let host = authority.host.as_str();
        self.0.iter().any(|pattern| match pattern {
            Pattern::Any => true,
            Pattern::Exactly(name) => name == host,
            Pattern::Below(name) => host
                .strip_suffix(name.as_str())
                .is_some_and(|below| below.is_empty() || below.ends_with('.')),
        })
    }
}

impl fmt::Display for AllowedHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(Pattern::to_string).collect();
        f.write_str(&texts.join(","))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Exactly(name) => f.write_str(name),
            Self::Below(name) => write!(f, ".{name}"),
        }
    }
}

fn pattern(raw: &str) -> Result<Pattern, NoHost> {
    if raw == "*" {
        return Ok(Pattern::Any);
    }
    let (raw, make): (_, fn(String) -> Pattern) = match raw.strip_prefix('.') {
        Some(name) => (name, Pattern::Below),
        None => (raw, Pattern::Exactly),
    };
    // An address without brackets is plain enough in a list.
    let bracketed = raw.parse().map(|address: Ipv6Addr| format!("[{address}]"));
    match Authority::parse(bracketed.as_deref().unwrap_or(raw)) {
        Some(Authority { host, port: None }) => Ok(make(host)),
        _ => Err(NoHost),
    }
}
