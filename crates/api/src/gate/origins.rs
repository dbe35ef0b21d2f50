//! Origins (RFC 6454): where a page that sends a request comes from.

use std::fmt;

use url::Url;

/// Scheme, host and port, as a browser writes them into `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// What stands in a list of origins and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOrigin;

impl fmt::Display for NoOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be origins such as https://app.example.org, without a path")
    }
}

impl Origin {
    /// # Errors
    /// It is none, or more than one: a wildcard, a path, somebody's password.
    pub fn parse(raw: &str) -> Result<Self, NoOrigin> {
        let url = Url::parse(raw).map_err(|_| NoOrigin)?;
        let is_bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !raw.contains('*');
        if is_bare {
            Ok(Self(url.origin().ascii_serialization()))
        } else {
            Err(NoOrigin)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

/// A list of origins; none at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<Origin>);

impl Origins {
    /// # Errors
    /// One of them is none.
    pub fn parse<'a>(raw: impl IntoIterator<Item = &'a str>) -> Result<Self, NoOrigin> {
        let origins: Result<Vec<Origin>, NoOrigin> = raw.into_iter().map(Origin::parse).collect();
        origins.map(Self)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter()
    }

    /// Whether a request's `Origin` is one of these, to the letter.
    #[must_use]
    pub fn contains(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known.0 == origin)
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<&str> = self.0.iter().map(Origin::as_str).collect();
        f.write_str(if texts.is_empty() { "none" } else { "" })?;
        f.write_str(&texts.join(","))
    }
}
