//! Idempotency keys: <https://docs.stripe.com/api/idempotent_requests>.
//!
//! A key names one request of an account for 24 hours of the fake's clock: the same request again
//! gets the stored answer, another one an error. Parameters are compared as read, not as bytes:
//! the order in which a client writes its metadata is nobody's business. A request that failed
//! validation leaves no trace, so that it may be corrected under the same key.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api_error::ApiError;

const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// What makes two requests the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Fingerprint {
    pub method: String,
    pub path: String,
    pub params: Value,
}

/// The answer once given, and the id of the request that it was given to.
#[derive(Debug, Clone)]
pub struct StoredAnswer {
    pub body: Value,
    pub request_id: String,
}

#[derive(Debug)]
struct Entry {
    fingerprint: Fingerprint,
    answer: StoredAnswer,
    stored_at: i64,
}

/// Keyed by account and key.
#[derive(Debug, Default)]
pub struct IdempotencyKeys {
    entries: BTreeMap<(String, String), Entry>,
}

impl IdempotencyKeys {
    /// The stored answer; nothing for a new or forgotten key.
    pub fn find(
        &mut self,
        account: &str,
        key: &str,
        fingerprint: &Fingerprint,
        now: i64,
    ) -> Result<Option<StoredAnswer>, ApiError> {
        self.entries
            .retain(|_, entry| now - entry.stored_at < KEPT_SECONDS);
        let Some(entry) = self.entries.get(&(account.to_owned(), key.to_owned())) else {
            return Ok(None);
        };
        let known = &entry.fingerprint;
        if (&known.method, &known.path) != (&fingerprint.method, &fingerprint.path) {
            return Err(ApiError::idempotency(format!(
                "Keys for idempotent requests can only be used for the same endpoint they were \
                 first used for ('{}' vs '{}'). Try using a key other than '{key}' if you meant \
                 to execute a different request.",
                fingerprint.path, known.path
            )));
        }
        if known.params != fingerprint.params {
            return Err(ApiError::idempotency(format!(
                "Keys for idempotent requests can only be used with the same parameters they were \
                 first used with. Try using a key other than '{key}' if you meant to execute a \
                 different request."
            )));
        }
        Ok(Some(entry.answer.clone()))
    }

    pub fn insert(
        &mut self,
        account: &str,
        key: &str,
        fingerprint: Fingerprint,
        answer: StoredAnswer,
        now: i64,
    ) {
        let entry = Entry {
            fingerprint,
            answer,
            stored_at: now,
        };
        self.entries
            .insert((account.to_owned(), key.to_owned()), entry);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(path: &str, params: Value) -> Fingerprint {
        Fingerprint {
            method: "POST".into(),
            path: path.into(),
            params,
        }
    }

    fn keys_with_one_answer() -> IdempotencyKeys {
        let mut keys = IdempotencyKeys::default();
        let answer = StoredAnswer {
            body: json!({"id": "cus_1"}),
            request_id: "req_1".into(),
        };
        keys.insert(
            "",
            "k",
            request("/v1/customers", json!({"a": "1"})),
            answer,
            1_000,
        );
        keys
    }

    #[test]
    fn the_same_request_gets_the_stored_answer_for_a_day() {
        let mut keys = keys_with_one_answer();
        let same = request("/v1/customers", json!({"a": "1"}));
        let answer = keys.find("", "k", &same, 1_000 + KEPT_SECONDS - 1).unwrap();
        assert_eq!(answer.unwrap().body, json!({"id": "cus_1"}));
        assert!(
            keys.find("", "k", &same, 1_000 + KEPT_SECONDS)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn another_request_under_the_same_key_is_an_error() {
        let mut keys = keys_with_one_answer();
        let other_params = request("/v1/customers", json!({"a": "2"}));
        assert!(keys.find("", "k", &other_params, 1_000).is_err());
        let other_path = request("/v1/checkout/sessions", json!({"a": "1"}));
        assert!(keys.find("", "k", &other_path, 1_000).is_err());
    }

    #[test]
    fn accounts_do_not_share_keys() {
        let mut keys = keys_with_one_answer();
        let other_params = request("/v1/customers", json!({"a": "2"}));
        assert!(
            keys.find("acct_2", "k", &other_params, 1_000)
                .unwrap()
                .is_none()
        );
    }
}
