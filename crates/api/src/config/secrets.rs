//! Whether a secret is one: long enough, and not what somebody typed to get past that.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret, SecretString};

use super::reader::Reader;

/// The shortest secret that tokens are signed with, in bytes.
const MIN_BYTES: usize = 32;
/// Thirty-two random bytes, written in any way, have more different characters than this.
const MIN_DIFFERENT: usize = 5;
/// Words of those who meant to come back to it.
const PLACEHOLDERS: [&str; 5] = [
    "changeme",
    "change-me",
    "change_me",
    "replace-me",
    "your-secret",
];

pub(super) fn of_tokens(env: &mut Reader<'_>, debug: bool) -> Vec<SecretString> {
    const HOW: &str = "make one with `openssl rand -hex 32`";
    let secrets = env.secrets("JWT_SECRET");
    if secrets.is_empty() {
        env.fault(format!("JWT_SECRET: is missing; {HOW}"));
    }
    if secrets
        .iter()
        .any(|secret| secret.expose_secret().len() < MIN_BYTES)
    {
        env.fault(format!(
            "JWT_SECRET: must have at least {MIN_BYTES} bytes; {HOW}"
        ));
    } else if !debug && secrets.iter().any(is_placeholder) {
        env.fault(format!("JWT_SECRET: can be guessed; {HOW}"));
    }
    secrets
}

fn is_placeholder(secret: &SecretString) -> bool {
    let text = secret.expose_secret().to_lowercase();
    let different: BTreeSet<u8> = text.bytes().collect();
    different.len() < MIN_DIFFERENT || PLACEHOLDERS.iter().any(|word| text.contains(word))
}
