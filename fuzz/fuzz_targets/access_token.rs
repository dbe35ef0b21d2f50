//! A token that somebody made up: nobody is let in by it.
#![no_main]

use std::sync::LazyLock;

use api::access::AccessTokens;
use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use services::secrets::SigningSecrets;

static TOKENS: LazyLock<AccessTokens> = LazyLock::new(|| {
    let secrets = SigningSecrets::new("a secret of the fuzzer and of nobody else".into(), []);
    let tokens = secrets.and_then(|secrets| AccessTokens::new(&secrets));
    tokens.unwrap_or_else(|error| panic!("{error}"))
});

fuzz_target!(|text: &str| {
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    assert!(TOKENS.read(text, now).is_none());
});
