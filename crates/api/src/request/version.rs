//! Versions: what a caller has seen (`If-Match`), and what they still have (`If-None-Match`).

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use services::SeenVersion;

/// The version that a change is meant for.
#[must_use]
pub fn seen_version(req: &HttpRequest) -> SeenVersion {
    let Some(tags) = tags(req, &IF_MATCH) else {
        return SeenVersion::Unnamed;
    };
    if tags.iter().any(|tag| tag == "*") {
        return SeenVersion::Any;
    }
    // A weak tag never matches here (RFC 9110, section 13.1.1).
    SeenVersion::OneOf(tags.iter().filter_map(|tag| version_of(tag)).collect())
}

/// The version that a tag stands for, written just as we write it.
fn version_of(tag: &str) -> Option<i64> {
    let version: i64 = tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()?;
    (format!("\"{version}\"") == tag).then_some(version)
}

/// Whether the caller still has what would be sent.
pub(super) fn still_has(req: &HttpRequest, etag: &str) -> bool {
    tags(req, &IF_NONE_MATCH).is_some_and(|tags| {
        tags.iter()
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    })
}

fn tags(req: &HttpRequest, name: &HeaderName) -> Option<Vec<String>> {
    req.headers().contains_key(name).then(|| {
        // A list may come in several lines.
        let lines = req.headers().get_all(name);
        lines
            .flat_map(|line| line.to_str().unwrap_or_default().split(','))
            .map(|tag| tag.trim().to_owned())
            .collect()
    })
}
