//! The id of a request, for its answer and the log, and for the trail: there it stays for ever, so not
//! everything that a client may call a request goes there.

use actix_web::http::header::HeaderMap;
use uuid::Uuid;

pub(crate) const X_REQUEST_ID: &str = "x-request-id";

/// As long as a UUID. What is a key to something is longer: our refresh tokens, the shortest of them,
/// have 43 characters.
const LONGEST_RECORDED: usize = 36;
/// The shortest phone number has more (E.164 with its country, or seven within a town).
const MOST_DIGITS: usize = 6;

/// What a request is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId {
    /// The client's own, or one that we made.
    pub(crate) shown: String,
    /// The same where it can be no person's address, number or key; else one that we made.
    pub(crate) recorded: String,
}

impl RequestId {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let made = || Uuid::now_v7().to_string();
        let shown = accepted(headers).unwrap_or_else(made);
        let recorded = if is_recordable(&shown) {
            shown.clone()
        } else {
            made()
        };
        Self { shown, recorded }
    }
}

fn accepted(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let is_fine = (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    is_fine.then(|| id.to_owned())
}

/// A UUID, as proxies make them, or a short name such as `case-17`.
fn is_recordable(id: &str) -> bool {
    let is_name = id
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let is_short = id.len() <= LONGEST_RECORDED && digits <= MOST_DIGITS;
    is_name && (is_short || Uuid::try_parse(id).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_and_short_names_are_recorded() {
        for id in [
            "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c",
            "0193f2c47b1e7c3a9a553d1f0a6f1b2c",
            "case-17",
            "web.2_retry-12345",
        ] {
            assert!(is_recordable(id), "{id}");
        }
    }

    #[test]
    fn what_may_be_an_address_a_number_or_a_key_is_not() {
        for id in [
            "anna@example.org",
            "+79161234567",
            "79161234567",
            "8-916-123-45-67",
            "123-45-67",
            "tel.4957654321",
            "~trace/42!",
            "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA",
            "qkvNvEjRWeJCrzeSNFZkKvNxIVniQqvEjRWeJAaaaaa",
            "eyJhbGciOiJIUzIx.eyJzdWIiOiIx.c2lnbmF0dXJl",
        ] {
            assert!(!is_recordable(id), "{id}");
        }
    }
}
