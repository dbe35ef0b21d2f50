//! Whether a webhook was sent by Stripe, and lately.
//!
//! The comparison itself is `async-stripe-webhook`'s: every `v1` of the header, in constant time.
//! What it leaves open is closed here first: a repeated `t` (it takes the last), a `t` so far off
//! that its subtraction overflows, and an empty secret (anyone can sign with that).
//! Source: <https://docs.stripe.com/webhooks#verify-manually>.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use stripe_webhook::{Webhook, WebhookError};

/// How far the signature's time may be from ours, before or after, in seconds.
pub const TOLERANCE_SECONDS: u64 = 300;

/// Why a webhook is not believed. None of it tells a secret or a part of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the body is not UTF-8")]
    BodyNotUtf8,
    #[error("the signature header is not one `t` and some `name=value` pairs")]
    MalformedHeader,
    #[error("the signature header has no `v1`")]
    NoSignature,
    #[error("the signature's time is more than {TOLERANCE_SECONDS} s from ours")]
    OutsideTolerance,
    #[error("no `v1` was made with one of our secrets")]
    Mismatch,
    #[error("no webhook secret is configured")]
    NoSecret,
}

/// Checks the `Stripe-Signature` header of a webhook against its raw body.
///
/// One `v1` made with one of `secrets` is enough; blank secrets never match. `now` is our clock.
///
/// # Errors
/// Why the webhook must not be believed.
pub fn verify(
    body: &[u8],
    signature_header: &str,
    secrets: &[SecretString],
    now: DateTime<Utc>,
) -> Result<(), SignatureError> {
    let body = str::from_utf8(body).map_err(|_| SignatureError::BodyNotUtf8)?;
    let now = now.timestamp();
    if signed_at(signature_header)?.abs_diff(now) > TOLERANCE_SECONDS {
        return Err(SignatureError::OutsideTolerance);
    }
    let mut outcome = Err(SignatureError::NoSecret);
    for secret in secrets.iter().map(ExposeSecret::expose_secret) {
        if secret.trim().is_empty() {
            continue;
        }
        match Webhook::construct_event_with_timestamp(body, signature_header, secret, now) {
            // The signature is compared before the event is parsed, and an event that the
            // generated types refuse is as genuine as any other.
            Ok(_) | Err(WebhookError::BadParse(_)) => return Ok(()),
            Err(WebhookError::BadTimestamp(_)) => return Err(SignatureError::OutsideTolerance),
            Err(WebhookError::BadHeader(_)) => return Err(SignatureError::MalformedHeader),
            Err(WebhookError::BadSignature | WebhookError::BadKey) => {
                outcome = Err(SignatureError::Mismatch);
            }
        }
    }
    outcome
}

/// The header's one `t`, in Unix seconds.
fn signed_at(header: &str) -> Result<i64, SignatureError> {
    let mut signed_at = None;
    let mut has_v1 = false;
    for pair in header.split(',') {
        match pair.split_once('=') {
            Some(("t", digits)) => {
                let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
                let seconds = digits.parse::<i64>().ok().filter(|_| all_digits);
                if seconds.is_none() || signed_at.is_some() {
                    return Err(SignatureError::MalformedHeader);
                }
                signed_at = seconds;
            }
            Some(("v1", _)) => has_v1 = true,
            Some(_) => {}
            None => return Err(SignatureError::MalformedHeader),
        }
    }
    if !has_v1 {
        return Err(SignatureError::NoSignature);
    }
    signed_at.ok_or(SignatureError::MalformedHeader)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_of_the_tests";
    const NOW: i64 = 1_767_225_600;
    const EVENT: &str = r#"{"id":"evt_1","object":"event","type":"a.type.of.the.future"}"#;

    fn signed(secret: &str, at: i64) -> String {
        Webhook::generate_test_header(EVENT, secret, Some(at))
    }

    fn v1(secret: &str, at: i64) -> String {
        let header = signed(secret, at);
        header.split_once(",v1=").unwrap().1.to_owned()
    }

    fn verify_with(header: &str, secrets: &[&str]) -> Result<(), SignatureError> {
        let secrets: Vec<_> = secrets.iter().map(|s| SecretString::from(*s)).collect();
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        verify(EVENT.as_bytes(), header, &secrets, now)
    }

    #[test]
    fn an_event_that_the_generated_types_refuse_is_still_verified() {
        assert!(matches!(
            Webhook::construct_event_with_timestamp(EVENT, &signed(SECRET, NOW), SECRET, NOW),
            Err(WebhookError::BadParse(_))
        ));
        assert_eq!(verify_with(&signed(SECRET, NOW), &[SECRET]), Ok(()));
    }

    #[test]
    fn another_secret_or_body_does_not_match() {
        let header = signed("whsec_of_another", NOW);
        let mismatch = Err(SignatureError::Mismatch);
        assert_eq!(verify_with(&header, &[SECRET]), mismatch);
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        let changed = verify(b"{}", &signed(SECRET, NOW), &[SECRET.into()], now);
        assert_eq!(changed, mismatch);
    }

    #[test]
    fn the_tolerance_holds_to_the_second_both_ways() {
        for (at, expected) in [
            (NOW - 300, Ok(())),
            (NOW + 300, Ok(())),
            (NOW - 301, Err(SignatureError::OutsideTolerance)),
            (NOW + 301, Err(SignatureError::OutsideTolerance)),
            (i64::MAX, Err(SignatureError::OutsideTolerance)),
        ] {
            assert_eq!(verify_with(&signed(SECRET, at), &[SECRET]), expected);
        }
    }

    #[test]
    fn a_header_without_v1_is_refused() {
        let header = format!("t={NOW},v0={}", v1(SECRET, NOW));
        let refused = Err(SignatureError::NoSignature);
        assert_eq!(verify_with(&header, &[SECRET]), refused);
    }

    #[test]
    fn every_v1_is_tried() {
        let header = format!("t={NOW},v1={},v1={}", "0".repeat(64), v1(SECRET, NOW));
        assert_eq!(verify_with(&header, &[SECRET]), Ok(()));
        let header = format!("t={NOW},v1=not hex,v1={}", v1(SECRET, NOW));
        assert_eq!(verify_with(&header, &[SECRET]), Ok(()));
    }

    #[test]
    fn a_header_with_no_or_two_or_an_odd_t_is_refused() {
        let v1 = v1(SECRET, NOW);
        for header in [
            format!("t={NOW},t={NOW},v1={v1}"),
            format!("t=1,t={NOW},v1={v1}"),
            format!("v1={v1}"),
            format!("t=+{NOW},v1={v1}"),
            format!("t=-9223372036854775808,v1={v1}"),
            format!("t=,v1={v1}"),
            format!("t={NOW},v1={v1},"),
        ] {
            let refused = Err(SignatureError::MalformedHeader);
            assert_eq!(verify_with(&header, &[SECRET]), refused, "{header}");
        }
    }

    #[test]
    fn every_secret_is_tried() {
        let secrets = ["whsec_of_last_year", SECRET];
        assert_eq!(verify_with(&signed(SECRET, NOW), &secrets), Ok(()));
    }

    #[test]
    fn a_blank_secret_is_no_secret() {
        let no_secret = Err(SignatureError::NoSecret);
        assert_eq!(verify_with(&signed("", NOW), &[""]), no_secret);
        assert_eq!(verify_with(&signed(" ", NOW), &[" "]), no_secret);
        assert_eq!(verify_with(&signed(SECRET, NOW), &[]), no_secret);
    }

    #[test]
    fn a_body_that_is_not_utf8_is_refused() {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        let refused = verify(b"\xff", &signed(SECRET, NOW), &[SECRET.into()], now);
        assert_eq!(refused, Err(SignatureError::BodyNotUtf8));
    }
}
