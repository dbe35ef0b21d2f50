//! Which pages' scripts may read our answers, and which of our headers.

use std::time::Duration;

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header;

use super::Origins;

/// How long a browser may remember what it was allowed.
const MAX_AGE: Duration = Duration::from_secs(600);

/// Headers that scripts send beside those that every request may have.
const SENT: [&str; 7] = [
    "authorization",
    "content-type",
    "accept-language",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
];

/// Headers that scripts may read beside those that every answer shows.
const SHOWN: [&str; 11] = [
    "etag",
    "location",
    "retry-after",
    "www-authenticate",
    "idempotency-replayed",
    "x-request-id",
    "server-timing",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "content-language",
];

/// The rules for these origins. Others are answered without a word for their scripts: a browser
/// then keeps the answer from them.
pub fn cors(origins: &Origins) -> Cors {
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers(SENT.map(header::HeaderName::from_static))
        .expose_headers(SHOWN)
        // The refresh cookie.
        .supports_credentials()
        .block_on_origin_mismatch(false)
        .max_age(usize::try_from(MAX_AGE.as_secs()).ok());
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin.as_str()))
}
