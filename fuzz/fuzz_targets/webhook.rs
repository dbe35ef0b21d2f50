//! What claims to be a delivery of Stripe's: a signature header, a line break, a body. No bytes make the
//! reader of events panic, and none are believed without a signature.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

fuzz_target!(|data: &[u8]| {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (header, body) = data.split_at(at);
    let _ = payments::events::read(body);
    let secrets = [SecretString::from("whsec_of_the_fuzzer_and_of_nobody_else")];
    let header = String::from_utf8_lossy(header);
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    assert!(payments::signature::verify(body, &header, &secrets, now).is_err());
});
